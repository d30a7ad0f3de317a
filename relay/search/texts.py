"""The texts of a search: what everybody alerted may read in the SMS and the e-mail, without opening the link. Pure.

An SMS has at most two parts. It is built from the most helpful facts down, so that what does not fit is what helps
least; nothing in it names the person.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from relay import clock, tokens
from relay.channels import sms_text
from relay.messages import LANGUAGES, Messages
from relay.search.states import Closing

MOST_PARTS = 2
#: Where each personal link goes, until the message is written for its recipient.
LINK = "{link}"
#: Ages are told in bands of five years, from the first to the last; these open at one side.
AGE_BANDS = (
    "-59", "60-64", "65-69", "70-74", "75-79", "80-84", "85-89", "90-94", "95-",
)  # fmt: skip
_HALF = 5
_FULL_STOP = {"ja": "。", "en": "."}
_ENDS = ("。", "．", ".", "！", "？", "!", "?", "…")


@dataclass(frozen=True, kw_only=True)
class Outline:
    """What tier 1 may say. Free texts stand as the city wrote them."""

    number: int
    drill: bool
    age_band: str | None
    sex: str | None
    height: int | None
    build: str | None
    hair: str | None
    visible: str | None
    clothes: str | None
    shoes: str | None
    belongings: str | None
    speak: str | None
    seen_at: datetime
    town: str | None
    town_en: str | None
    """The town in Latin letters: one Japanese character makes an English SMS twice as long."""
    place: str | None
    heading: str | None
    travel: str | None


class Writer:
    """Writes the texts of one city. ``base`` is its public address: links are counted at their full length."""

    def __init__(self, words: Messages, *, city: str, city_en: str, base: str) -> None:
        self._words = words
        self._city = {"ja": city, "en": city_en}
        self._longest_link = f"{base}/s/{'x' * tokens.LENGTH}"

    def alert(self, outline: Outline) -> dict[str, Any]:
        """The alert in every language, as a transmission stores it: {"ja": {"sms", "mail_subject", "mail"}, …}."""
        return {
            language: {
                "sms": self._fitted(outline, language),
                "mail_subject": self._about(outline, "alert_subject", language),
                "mail": self._mail(outline, "alert_mail", language),
            }
            for language in LANGUAGES
        }

    def update(self, outline: Outline, words: str) -> dict[str, Any]:
        """News of the search, in the city's own words, which are kept beside the texts made of them."""
        return {
            language: {
                "words": words.strip(),
                "sms": self._update_sms(outline, language, words.strip()),
                "mail_subject": self._about(outline, "update_subject", language),
                "mail": self._mail(outline, "update_mail", language, words=words.strip()),
            }
            for language in LANGUAGES
        }

    def closing(self, number: int, *, drill: bool, closing: Closing) -> dict[str, Any]:
        """The end, in neutral words and without a link."""
        key = Closing.ENDED if closing == Closing.EXPIRED else closing
        texts = {}
        for language in LANGUAGES:
            words = self._say(number, drill, f"closing_{key}", language)
            subject = self._say(number, drill, "closing_subject", language)
            texts[language] = {"sms": words, "mail_subject": subject, "mail": words}
        return texts

    def parts(self, sms: str) -> int:
        """How many parts this SMS costs with a link in it."""
        return sms_text.segments(sms.replace(LINK, self._longest_link))

    def facts(self, outline: Outline, language: str = "ja") -> list[str]:
        """What helps to recognise somebody in the street, the most helpful first."""
        who = " " if language == "en" else ""
        facts = [
            who.join(filter(None, (self._age(outline.age_band, language), self._sex(outline.sex, language)))),
            outline.visible,
            f"{outline.height}cm" if outline.height else None,
            outline.clothes,
            outline.build,
            outline.hair,
            outline.shoes,
            outline.belongings,
        ]
        return [fact.strip() for fact in facts if fact and fact.strip()]

    def seen(self, outline: Outline, language: str = "ja", *, words: bool = True) -> str:
        """When and where the person was last seen, and where to. Without ``words`` only the town tells where."""
        local = clock.local(outline.seen_at)
        when = f"{local.month}/{local.day} {local:%H:%M}"
        place = outline.place if words else None
        town, gap = (outline.town, " ") if language == "ja" else (outline.town_en or outline.town, ", ")
        where = gap.join(part for part in (town, place) if part)
        how = self._words.text(f"search.by_{outline.travel}", language) if outline.travel else ""
        if outline.heading and words:
            how += self._words.text("search.heading", language, heading=outline.heading)
        return " ".join(part for part in (when, where, how.strip()) if part)

    def _fitted(self, outline: Outline, language: str) -> str:
        """The alert's SMS with as many facts as two parts hold, the most helpful first.

        The words about the place are worth more than all facts but the first two.
        """
        facts = self.facts(outline, language)
        seen = self.seen(outline, language)
        if self.parts(self._alert(outline, language, facts[:2], seen)) > MOST_PARTS:
            seen = self.seen(outline, language, words=False)
        chosen: list[str] = []
        for fact in facts:
            if self.parts(self._alert(outline, language, [*chosen, fact], seen)) <= MOST_PARTS:
                chosen.append(fact)
        return self._alert(outline, language, chosen, seen)

    def _alert(self, outline: Outline, language: str, facts: list[str], seen: str) -> str:
        who = ("、" if language == "ja" else ", ").join(facts) or self._words.text(
            "search.somebody", language
        )
        return self._about(
            outline,
            "alert_sms",
            language,
            who=who,
            seen=seen,
            act=self._if_seen(outline, "act", language),
            link=LINK,
        )

    def _update_sms(self, outline: Outline, language: str, words: str) -> str:
        """The news; where words in another language would make a third part, that there is news on the page."""
        act = self._if_seen(outline, "act", language)
        sentence = words if words.endswith(_ENDS) else words + _FULL_STOP[language]
        text = self._about(outline, "update_sms", language, words=sentence, act=act, link=LINK)
        if language == "ja" or self.parts(text) <= MOST_PARTS:
            return text
        return self._about(outline, "update_sms_page", language, act=act, link=LINK)

    def _mail(self, outline: Outline, key: str, language: str, **values: str) -> str:
        return self._about(
            outline,
            key,
            language,
            facts="\n".join(f"・{fact}" for fact in self.facts(outline, language)),
            seen=self.seen(outline, language),
            speak=outline.speak or self._words.text("search.speak", language),
            call=self._if_seen(outline, "call", language),
            link=LINK,
            **values,
        )

    def _if_seen(self, outline: Outline, key: str, language: str) -> str:
        """Whom to call: nobody dials 110 for an exercise."""
        return self._words.text(f"search.{key}_drill" if outline.drill else f"search.{key}", language)

    def _about(self, outline: Outline, key: str, language: str, **values: str) -> str:
        return self._say(outline.number, outline.drill, key, language, **values)

    def _say(self, number: int, drill: bool, key: str, language: str, **values: str) -> str:
        text = self._words.text(
            f"search.{key}", language, city=self._city[language], code=f"K{number}", **values
        )
        return self._words.text("search.drill", language) + text if drill else text

    def _age(self, band: str | None, language: str) -> str:
        if not band:
            return ""
        low, _, high = band.partition("-")
        if language != "ja":
            return f"aged {band}" if low and high else f"aged {low}+" if low else "under 60"
        if not low:
            return "60歳未満"
        if not high:
            return f"{low}歳以上"
        return f"{low[0]}0代{'前半' if int(low) % 10 < _HALF else '後半'}"

    def _sex(self, sex: str | None, language: str) -> str:
        return self._words.text(f"search.{sex}", language) if sex else ""
