"""What the logs hold, and what they must not."""

import json

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DataError

from relay import db, logs


def test_an_error_is_logged_with_its_place_and_without_the_data_that_caused_it(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    del database
    logs.configure()
    try:
        with pytest.raises(DataError) as caught, db.transaction() as session:
            session.execute(text("SELECT CAST(:phone AS integer)"), {"phone": "+819012345678 八幡3-4-11"})
        structlog.get_logger("test").error("step_failed", exc_info=caught.value)
        line = capsys.readouterr().err.strip().splitlines()[-1]
    finally:
        structlog.reset_defaults()
    event = json.loads(line)
    assert event["error"] == "DataError"
    assert any("test_logs.py" in frame for frame in event["at"])
    assert "八幡" not in line
    assert "9012345678" not in line
