"""Links, and what holds what (cozy-stack docs/permissions.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType
from starlette.responses import Response

from cozy.kernel.clock import iso, parse
from cozy.kernel.problem import Malformed
from cozy.kernel.routes import KNOWN, Routes, may
from cozy.kernel.work import Work
from cozy.web import jsonapi
from cozy.web.answers import nothing
from cozy.web.call import Call

from .. import service
from ..errors import BadMoment, BadRule, NoGrant, OneOrTheOther
from ..model import PERMISSIONS, Permission, Rule, rules_of
from ..model.durations import duration
from ..model.wire import resource

PAGE, PAGE_LIMIT = 30, 100
IDS_LIMIT = 1000  # that one request asks about
_TINY_FOR_S = 3600

routes = Routes()


class Attributes(Struct, frozen=True):
    """What is said of a permission. A rule without members is one to take away."""

    permissions: dict[str, dict[str, Any]] | None = None
    codes: dict[str, Any] | None = None
    password: Any = None
    expires_at: Any = None
    cozy_metadata: dict[str, Any] | None = msgspec.field(default=None, name="cozyMetadata")


class Data(Struct, frozen=True):
    """A JSON:API resource; clients put `cozyMetadata` on either level."""

    attributes: Attributes = Attributes()
    cozy_metadata: dict[str, Any] | None = msgspec.field(default=None, name="cozyMetadata")

    @property
    def metadata(self) -> dict[str, Any] | None:
        """What is said of who made it, and when."""
        return self.attributes.cozy_metadata or self.cozy_metadata


class Body(Struct, frozen=True):
    """The body of a new permission, or of a change to one."""

    data: Data


@routes.on("GET", "/permissions/self", KNOWN)
async def own(call: Call) -> Response:
    """What the caller may do, codes left out. 200; 400, 401."""
    held = await call.read(service.links.own)
    if held.type == "share-preview":
        await call.write(service.links.looked, held, _code(call))
    return _answer(held, with_codes=False)


def _code(call: Call) -> str:
    """The code that a guest came with."""
    scheme, _, value = call.header("authorization").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else call.query("sharecode")


@routes.on("POST", "/permissions", KNOWN)
async def make(call: Call) -> Response:
    """A link for others, with a part of what the caller may do; `codes`, `ttl`, `tiny`. 200; 400, 401, 403, 422."""
    service.links.admit(call.caller)
    call.account(1, PERMISSIONS)
    data = (await call.decoded(Body)).data
    asked = data.attributes
    expires_at, is_tiny = await call.read(_end, call, asked)
    wanted = service.links.Wanted(
        rules=_rules(asked.permissions or {}),
        labels=list(dict.fromkeys(label for label in call.query("codes").split(",") if label)),
        is_tiny=is_tiny,
        expires_at=expires_at,
        sealed=await service.passwords.seal(asked.password if isinstance(asked.password, str) else ""),
        metadata=data.metadata,
    )
    return _answer(await call.write(service.links.make, wanted))


def _end(work: Work, call: Call, asked: Attributes) -> tuple[str, bool]:
    """When a new link ends, and whether it is short-lived enough for a tiny code. Raises BadDuration, BadMoment."""
    if not (ttl := call.query("ttl")):
        return _moment(asked.expires_at), False
    lasts = duration(ttl)
    is_tiny = "true" in {call.query("tiny").lower(), call.query("tinycode").lower()}
    return iso(work.now + lasts), is_tiny and lasts.total_seconds() <= _TINY_FOR_S


def _moment(given: Any) -> str:
    if not isinstance(given, str) or not given:
        return ""
    try:
        return iso(parse(given))
    except (ValueError, OverflowError) as error:
        raise BadMoment(pointer="/data/attributes/expires_at") from error


def _rules(raw: Mapping[str, Any]) -> dict[str, Rule]:
    try:
        return rules_of(raw)
    except msgspec.ValidationError as error:
        raise BadRule(f"This permission cannot be understood: {error}") from error


@routes.on("POST", "/permissions/exists", KNOWN, writes=False)
def exists(work: Work, body: jsonapi.Identifiers) -> Response:
    """Which of these documents others may use by a link, and how. 200; 400, 401."""
    asked = body.all
    if len(asked) > IDS_LIMIT:
        raise Malformed(f"Ask about {IDS_LIMIT} documents at the most.", pointer="/data")
    ids: dict[str, list[str]] = {}
    for named in asked:
        ids.setdefault(named.type, []).append(named.id)
    found = [
        {"type": doctype, "id": id_, "verbs": verbs}
        for doctype, those in ids.items()
        for id_, verbs in service.links.verbs_by_id(work, doctype, those).items()
    ]
    return jsonapi.answer(found)


@routes.on("GET", "/permissions/{permission_id}", KNOWN)
def show(work: Work, permission_id: str) -> Response:
    """A permission: the caller's own, or one that they made; codes left out. 200; 401, 403, 404."""
    return _answer(service.links.shown(work, permission_id), with_codes=False)


@routes.on("PATCH", "/permissions/{permission_id}", KNOWN)
async def change(call: Call, permission_id: str) -> Response:
    """Change a link: its rules, or its codes, password and end. 200; 400, 401, 403, 404, 422."""
    return await _changed(call, _by_id, permission_id)


@routes.on("PATCH", "/permissions/apps/{slug}", KNOWN)
async def change_app(call: Call, slug: str) -> Response:
    """Give an app a part of what the caller may do, or take it away. 200; 400, 401, 403, 404, 422."""
    return await _changed(call, _of_app, slug)


@routes.on("PATCH", "/permissions/konnectors/{slug}", KNOWN)
async def change_konnector(call: Call, slug: str) -> Response:
    """Give a connector a part of what the caller may do, or take it away. 200; 400, 401, 403, 404, 422."""
    return await _changed(call, _of_konnector, slug)


def _by_id(work: Work, id_: str) -> Permission:
    return service.fetch(work, id_)


def _of_app(work: Work, slug: str) -> Permission:
    return _there(service.of_source(work, "app", slug), slug)


def _of_konnector(work: Work, slug: str) -> Permission:
    return _there(service.of_source(work, "konnector", slug), slug)


def _there(found: Permission | None, name: str) -> Permission:
    if found is None:
        raise NoGrant(id=name)
    return found


async def _changed(call: Call, find: Any, name: str) -> Response:
    service.links.admit(call.caller)
    call.account(1, PERMISSIONS)
    data = (await call.decoded(Body)).data
    patch = await _patch(data)
    return _answer(await call.write(_change, find, name, patch))


def _change(work: Work, find: Any, name: str, patch: service.links.Patch) -> Permission:
    return service.links.change(work, find(work, name), patch)


async def _patch(data: Data) -> service.links.Patch:
    """Raises OneOrTheOther, BadMoment, BadRule, BadDoctype."""
    asked = data.attributes
    if asked.permissions and asked.codes:
        raise OneOrTheOther
    if not (asked.permissions or asked.codes) and asked.password is None and asked.expires_at is None:
        raise OneOrTheOther
    given = asked.permissions or {}
    gone: dict[str, Rule | None] = {title: None for title, rule in given.items() if not rule.get("type")}
    sealed: str | UnsetType = UNSET
    if isinstance(asked.password, str):
        sealed = await service.passwords.seal(asked.password)
    return service.links.Patch(
        rules=gone | _rules({title: rule for title, rule in given.items() if title not in gone}),
        labels=list(asked.codes) if asked.codes else UNSET,
        expires_at=_moment(asked.expires_at) if isinstance(asked.expires_at, str) else UNSET,
        sealed=sealed,
        metadata=data.metadata,
    )


@routes.on("DELETE", "/permissions/{permission_id}", KNOWN)
def revoke(work: Work, call: Call, permission_id: str) -> Response:
    """Take a link back, ended or not. 204; 401, 403, 404."""
    call.account(1, PERMISSIONS)
    service.links.revoke(work, service.fetch(work, permission_id))
    return nothing()


@routes.on("GET", "/permissions/doctype/{doctype}/shared-by-link", may("GET", "{doctype}"))
def shared_by_link(work: Work, call: Call, doctype: str) -> Response:
    """The links that open documents of a doctype, a page at a time. 200; 400, 401, 403."""
    asked = jsonapi.paging(call, PAGE, PAGE_LIMIT)
    after = asked.after[1] if asked.after else ""
    found = service.links.of_doctype(work, doctype, after=after, skip=asked.skip or 0, limit=asked.limit + 1)
    page = found[: asked.limit]
    call.account(len(page), PERMISSIONS)
    last = ("", page[-1].id) if len(found) > len(page) else None
    more = jsonapi.next_page(f"/permissions/doctype/{doctype}/shared-by-link", asked, last)
    return jsonapi.answer([resource(link) for link in page], links={"next": more} if more else None)


@routes.on("GET", "/permissions/doctype/{doctype}/sharedByLink", may("GET", "{doctype}"))
def shared_by_link_as_before(work: Work, call: Call, doctype: str) -> Response:
    """The same, by the name that older apps know. 200; 400, 401, 403."""
    return shared_by_link(work, call, doctype)


def _answer(permission: Permission, *, with_codes: bool = True) -> Response:
    return jsonapi.answer(resource(permission, with_codes=with_codes))
