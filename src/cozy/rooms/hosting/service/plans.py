"""Plans: what a host offers. A home that gets one gets its quota and its feature flags, and loses those of the one before."""

from __future__ import annotations

import re

from msgspec.structs import replace

from cozy.kernel.clock import iso
from cozy.kernel.home import Hosted
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import Listing

from .. import store
from ..errors import BadParameter, NoPlan
from ..model import NO_PLAN, Offer, Plan

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")


def listed(work: Work) -> list[Plan]:
    """What is offered, by price."""
    return store.plans.listed(work)


def keep(work: Work, name: str, offer: Offer) -> Plan:
    """Offer a plan, or change what it is for homes that get it from now on. Raises BadParameter."""
    if not _NAME.fullmatch(name):
        raise BadParameter("The name of a plan has small letters, digits and hyphens.", parameter="name")
    plan = Plan(name, offer.title, offer.quota, offer.price, offer.currency, offer.features, offer.changeable)
    store.plans.keep(work, plan)
    return plan


def drop(work: Work, name: str) -> None:
    """Offer it no more; homes that have it keep what they have. Raises NoPlan."""
    if not store.plans.drop(work, name):
        raise NoPlan(parameter="Plan")


def witness(work: Work, before: Listing | None, after: Listing | None) -> None:
    """Write down which plan a home has from now on, at what it costs now; and that it goes, with the plan that it had."""
    if after is not None and _is_here(after):
        is_new = before is None or before.hosted.plan != after.hosted.plan
        if is_new or (before is not None and not _is_here(before)):
            plan = store.plans.one(work, after.hosted.plan) if is_new else of(work, after)
            store.plans.note(work, after.id, iso(work.now), plan or NO_PLAN)
    elif before is not None and _is_here(before):
        plan = of(work, before) or NO_PLAN
        store.plans.begin(work, before.id, before.created_at, plan)
        store.plans.note(work, before.id, iso(work.now), plan, before.domain)


def _is_here(listing: Listing) -> bool:
    return listing.state != "gone"


def of(work: Work, listing: Listing) -> Plan | None:
    """The plan that a home has, at what it costs that home; None for none."""
    if not listing.hosted.plan:
        return None
    agreed = store.plans.agreed(work, "9", listing.id).get(listing.id)
    known = store.plans.one(work, listing.hosted.plan)
    return agreed.plan if agreed and agreed.plan.name else known


def ask(work: Work, domain: str, name: str) -> Listing:
    """The owner asks for another plan, or with "" for none any more; the host decides. Raises NoPlan, NoHome."""
    found = homes.held(work, domain)
    plan = store.plans.one(work, name) if name else None
    if name and (plan is None or not plan.changeable):
        raise NoPlan(parameter="plan")
    wanted = "" if name == found.hosted.plan else name
    return homes.change(work, domain, hosted=replace(found.hosted, asked_plan=wanted))


def given(work: Work, hosted: Hosted, name: str | None) -> tuple[Hosted, Plan | None]:
    """What a home and its host agree on when it gets a plan; None for no change, "" for no plan. Raises NoPlan."""
    if name is None:
        return hosted, None
    plan = store.plans.one(work, name) if name else None
    if name and plan is None:
        raise NoPlan(parameter="Plan")
    before = store.plans.one(work, hosted.plan)
    lost = set(before.features) if before else set()
    kept = {flag: value for flag, value in hosted.flags.items() if flag not in lost}
    return replace(hosted, plan=name, asked_plan="", flags={**kept, **(plan.features if plan else {})}), plan
