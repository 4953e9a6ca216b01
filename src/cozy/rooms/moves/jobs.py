"""What moves do in the background."""

from __future__ import annotations

from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.jobs import DayPassed, job
from cozy.kernel.work import Work
from cozy.rooms.exports.events import ExportOver

from .events import QuestionOver
from .service import handing


@job("moves.hand_over", retries=5)
async def hand_over(house: House, home: Home, event: ExportOver) -> None:
    """Let another Cozy fetch an archive that was made for it; the second time it was told."""
    await handing.hand_over(house, home, event.export)


@job("moves.forget_questions")
def forget_questions(work: Work, event: QuestionOver) -> None:
    """Forget a question that nobody answered, with what opened the other Cozy; the second time there is nothing."""
    handing.forget_old(work)


@job("moves.forget_old")
def forget_old(work: Work, event: DayPassed) -> None:
    """Forget questions that nobody answered, and what opened another Cozy; the second time there is nothing."""
    handing.forget_old(work)
