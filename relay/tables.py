"""All tables, gathered in one place: for migrations, and so that references between rooms always resolve."""

from relay import timeline
from relay.accounts import models as accounts
from relay.cases import models as cases
from relay.db import Base
from relay.duty import models as duty
from relay.intake import models as intake
from relay.outbox import models as outbox
from relay.partners import models as partners
from relay.places import models as places
from relay.search import models as search

metadata = Base.metadata
ROOMS = (timeline, accounts, cases, duty, intake, outbox, partners, places, search)
