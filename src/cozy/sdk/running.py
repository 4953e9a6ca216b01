"""One run of a connector, as the home starts it: what it needs is in the environment, what it says goes to standard output."""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from .declaring import Connector
from .errors import BadField, Trouble
from .home import Enough, Home
from .keeping import InTheHome, Keeper
from .telling import say
from .web import Tape

_RUNS_KEPT = 20


def run(connector: Connector, environment: Mapping[str, str]) -> int:
    """Run it; the exit status. environment: as docs/konnectors-workflow.md of cozy-stack says.

    Fields of the message that we know: `account`, `folder_to_save`, `dry_run`. Where the account was deleted there is nothing to do.
    """
    began = time.monotonic()
    asked = _object(environment.get("COZY_FIELDS", ""))
    if asked.get("account_deleted"):
        return 0
    try:
        account_id = str(asked.get("account") or "")
        if not account_id:
            raise BadField("ACCOUNT")
        keeper = InTheHome(
            environment["COZY_URL"], _token(environment["COZY_CREDENTIALS"]), account_id, connector.slug
        )
        limit = environment.get("COZY_TIME_LIMIT", "")
        with closing(keeper):
            _play(
                connector, keeper, folder_id=str(asked.get("folder_to_save") or ""), locale=environment.get("COZY_LOCALE", "en"),
                dry_run=asked.get("dry_run") is True, until=began + float(limit) if limit else None,
                job=environment.get("COZY_JOB_ID", ""),
            )  # fmt: skip
    except Trouble as trouble:
        if trouble.detail:
            say("debug", trouble.detail)
        say("critical", trouble.said, no_retry=trouble.is_for_the_owner)
        return 1
    except Exception as error:
        say("debug", traceback.format_exc())
        say("critical", f"UNKNOWN_ERROR.{type(error).__name__.upper()}")
        return 1
    return 0


def play(
    connector: Connector,
    keeper: Keeper,
    *,
    tape: Tape | None = None,
    dry_run: bool = False,
    locale: str = "en",
) -> Home:
    """A run whose findings go wherever `keeper` puts them; the home as it is after it. Raises Trouble."""
    return _play(
        connector, keeper, folder_id="", locale=locale, dry_run=dry_run, until=None, job="", tape=tape
    )


def _play(
    connector: Connector, keeper: Keeper, *, folder_id: str, locale: str, dry_run: bool, until: float | None, job: str,
    tape: Tape | None = None,
) -> Home:  # fmt: skip
    account = keeper.account()
    typed = {**(account.get("oauth") or {}), **(account.get("auth") or {})}
    fields = connector.read(typed)
    data = account.get("data") or {}
    home = Home(
        keeper, folder_id, locale=locale, account_id=str(account.get("_id", "")), slug=connector.slug,
        login=str(typed.get(connector.identifier) or ""), dry_run=dry_run, until=until, tape=tape,
        state=data.get("state") if isinstance(data.get("state"), dict) else {},
    )  # fmt: skip
    try:
        with home.keeping():
            connector.run(home, fields)
    except Enough:
        pass
    finally:
        home.close()
        keeper.remember({"runs": [_summary(home, job), *(data.get("runs") or [])][:_RUNS_KEPT]})
    tally = home.tally
    say(
        "info", f"{tally.files} new, {tally.updated} changed, {tally.bills} bills, {tally.known} known before"
    )
    return home


def _summary(home: Home, job: str) -> dict[str, Any]:
    """What the home's owner reads of it later."""
    tally = home.tally
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "at": now, "job": job, "files": tally.files, "updated": tally.updated, "bills": tally.bills, "known": tally.known,
        "dry_run": home.dry_run,
    }  # fmt: skip


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _token(credentials: str) -> str:
    """The token, bare or in what cozy-client keeps."""
    if not credentials.startswith("{"):
        return credentials
    held = _object(credentials).get("token")
    return str(held.get("accessToken", "")) if isinstance(held, dict) else str(held or "")
