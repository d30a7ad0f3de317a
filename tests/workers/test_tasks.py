"""What a worker does with a tick."""

from pathlib import Path

import pytest
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from structlog.testing import capture_logs

from relay import alive, settings
from workers import app, tasks
from workers.schedule import TICKS


def test_a_run_that_did_something_is_one_line_without_contents() -> None:
    with capture_logs() as logs:
        tasks.logged("send_duty", lambda: 3)
    [line] = logs
    assert {name: line[name] for name in ("event", "task", "done", "log_level")} == {
        "event": "worked",
        "task": "send_duty",
        "done": 3,
        "log_level": "info",
    }


def test_a_run_with_nothing_to_do_is_silent() -> None:
    with capture_logs() as logs:
        tasks.logged("send_duty", lambda: 0)
    assert logs == []


@pytest.mark.parametrize(
    "error",
    [OperationalError("", {}, Exception("secret")), InterfaceError("", {}, Exception()), PoolTimeout()],
)
def test_a_database_that_is_away_is_one_line_and_the_next_tick_tries_again(error: Exception) -> None:
    def work() -> None:
        raise error

    with capture_logs() as logs:
        tasks.logged("advance_duty", work)
    assert [(line["event"], line["task"], line["log_level"]) for line in logs] == [
        ("database_away", "advance_duty", "warning")
    ]
    assert "secret" not in str(logs)


def test_any_other_error_is_for_celery_to_report() -> None:
    with pytest.raises(ZeroDivisionError):
        tasks.logged("advance_duty", lambda: 1 // 0)


def test_a_registered_task_leaves_a_sign_of_life_and_calls_its_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "DATABASE_URL": "postgresql://x",
        "REDIS_URL": "redis://x",
        "RELAY_DATA": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    settings.current.cache_clear()
    called: list[str] = []
    monkeypatch.setattr(tasks, "WORK", {name: lambda name=name: called.append(name) for name in tasks.WORK})
    celery = app.create(settings.current())
    tasks.register(celery)
    settings.current.cache_clear()
    for name, tick in TICKS.items():
        celery.tasks[name]()
        assert alive.age(tmp_path, tick.lane) < 5
    assert called == list(TICKS)


def test_nothing_but_json_is_taken_and_work_is_done_before_it_counts_as_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://x")
    monkeypatch.setenv("REDIS_URL", "redis://x")
    conf = app.create(settings.load()).conf
    assert (conf.task_serializer, conf.accept_content) == ("json", ["json"])
    assert (conf.task_acks_late, conf.task_reject_on_worker_lost) == (True, True)
    assert (conf.worker_prefetch_multiplier, conf.task_ignore_result) == (1, True)
    assert conf.broker_connection_max_retries is None


def test_a_worker_does_not_start_with_a_mail_server_that_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {
        "DATABASE_URL": "postgresql://x",
        "REDIS_URL": "redis://x",
        "SMTP_URL": "smtp://user:pw@mail.example",
    }.items():
        monkeypatch.setenv(name, value)
    settings.current.cache_clear()
    with pytest.raises(settings.SettingsError, match="SMTP_URL: add"):
        tasks.warm_up()
    settings.current.cache_clear()
