"""Training of the learned reader: labelled reports, and the program that learns from them (``make triage-train``)."""
