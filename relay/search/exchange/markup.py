"""Reading XML that strangers send: bounded in size, without document types, entities or anything fetched. Pure."""

from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat


class MarkupError(Exception):
    """What was sent can't be read. ``code``: too_large, doctype, not_xml."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read(xml: bytes, *, largest: int) -> Element:
    """The root element, its names as ``{namespace}name``. ``largest`` is in bytes. UTF-8 only.

    Raises ``MarkupError``. A document type is refused whole: nobody needs one here, and entities live in it.
    """
    if len(xml) > largest:
        raise MarkupError("too_large")
    builder = TreeBuilder()
    # The encoding is given, so that a declared one never reaches Python's codecs.
    parser = expat.ParserCreate("UTF-8", namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = lambda name, attributes: builder.start(
        _named(name), {_named(key): value for key, value in attributes.items()}
    )
    parser.EndElementHandler = lambda name: builder.end(_named(name))
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(xml, True)
        return builder.close()
    except expat.ExpatError as error:
        raise MarkupError("not_xml") from error


def _refuse(*_: object) -> None:
    raise MarkupError("doctype")


def _named(name: str) -> str:
    return "{" + name if "}" in name else name
