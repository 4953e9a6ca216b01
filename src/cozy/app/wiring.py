"""The house's table of contents: which doors there are, who reacts to what, and what is plugged where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cozy import ui
from cozy.app import assets, signs
from cozy.backends.fulltext import Fts5, Tsvector
from cozy.backends.names import NamesByDns
from cozy.backends.previewer import Previewer
from cozy.backends.safe import KeyFile
from cozy.backends.towns import Towns
from cozy.kernel.gazetteer import Gazetteer
from cozy.kernel.jobs import DayPassed, Job
from cozy.kernel.names import Names
from cozy.kernel.previews import Previews
from cozy.kernel.routes import Routes
from cozy.kernel.safe import Safe
from cozy.kernel.search import TextIndex
from cozy.kernel.work import Event, Work
from cozy.rooms.accounts import service as accounts
from cozy.rooms.accounts.ports import Shipped
from cozy.rooms.apps import jobs as apps_jobs
from cozy.rooms.apps import pages as apps_pages
from cozy.rooms.apps import routes as apps_routes
from cozy.rooms.apps import service as apps
from cozy.rooms.apps.ports import Shop
from cozy.rooms.auth import jobs as auth_jobs
from cozy.rooms.auth import pages as auth_pages
from cozy.rooms.auth import routes as auth_routes
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.events import (
    AddressGiven,
    ClientConnected,
    ClientPending,
    DeviceEntered,
    HintAsked,
    ResetAsked,
)
from cozy.rooms.auth.ports import Apps as LinkedApps
from cozy.rooms.calendars import jobs as calendars_jobs
from cozy.rooms.calendars import pages as calendars_pages
from cozy.rooms.calendars import routes as calendars_routes
from cozy.rooms.calendars import service as calendars
from cozy.rooms.calendars.events import PeopleConcerned, RefreshDue
from cozy.rooms.calendars.service import doctypes as calendars_doctypes
from cozy.rooms.collections import jobs as collections_jobs
from cozy.rooms.collections.ports import Kind
from cozy.rooms.collections.service import doctypes as collections_doctypes
from cozy.rooms.connectors import jobs as connectors_jobs
from cozy.rooms.connectors import pages as connectors_pages
from cozy.rooms.connectors import routes as connectors_routes
from cozy.rooms.connectors import service as connectors
from cozy.rooms.connectors.events import AccountLeft
from cozy.rooms.contacts import jobs as contacts_jobs
from cozy.rooms.contacts import pages as contacts_pages
from cozy.rooms.contacts import routes as contacts_routes
from cozy.rooms.contacts import service as contacts
from cozy.rooms.contacts.ports import Beside
from cozy.rooms.dav import jobs as dav_jobs
from cozy.rooms.dav import routes as dav_routes
from cozy.rooms.documents import routes as documents_routes
from cozy.rooms.documents.ports import Doctype, Guard
from cozy.rooms.drives import pages as drives_pages
from cozy.rooms.drives import routes as drives_routes
from cozy.rooms.drives import service as drives
from cozy.rooms.exports import jobs as exports_jobs
from cozy.rooms.exports import pages as exports_pages
from cozy.rooms.exports import routes as exports_routes
from cozy.rooms.exports import service as exports
from cozy.rooms.exports.events import BackupDue, ExportDue, ExportOver
from cozy.rooms.federation import jobs as federation_jobs
from cozy.rooms.federation import pages as federation_pages
from cozy.rooms.federation import routes as federation_routes
from cozy.rooms.federation import service as federation
from cozy.rooms.federation.events import Answered, KeepAsked, ShareArrived
from cozy.rooms.files import jobs as files_jobs
from cozy.rooms.files import pages as files_pages
from cozy.rooms.files import routes as files_routes
from cozy.rooms.files import service as files
from cozy.rooms.files.events import GuestBrought, MediaStored, PictureStored, SidecarStored
from cozy.rooms.files.ports import OnStorage
from cozy.rooms.files.service import doctypes as files_doctypes
from cozy.rooms.homes import pages as homes_pages
from cozy.rooms.homes import routes as homes_routes
from cozy.rooms.homes.events import HomeMoved, ProfileChanged
from cozy.rooms.homes.ports import Capabilities, Farewell, FirstPage, Furnish, InstanceFacts, Witness
from cozy.rooms.homes.service import doctypes as homes_doctypes
from cozy.rooms.hosting import jobs as hosting_jobs
from cozy.rooms.hosting import pages as hosting_pages
from cozy.rooms.hosting import routes as hosting_routes
from cozy.rooms.hosting import service as hosting
from cozy.rooms.hosting.events import HostSpoke
from cozy.rooms.hosting.ports import Letters, Moving, Payments, Sizes
from cozy.rooms.imports import jobs as imports_jobs
from cozy.rooms.imports import pages as imports_pages
from cozy.rooms.imports import routes as imports_routes
from cozy.rooms.imports import service as imports
from cozy.rooms.jobs import jobs
from cozy.rooms.jobs import pages as jobs_pages
from cozy.rooms.jobs import routes as jobs_routes
from cozy.rooms.jobs import service as jobs_service
from cozy.rooms.jobs.events import BurstOver, JobEnded, TriggerDue
from cozy.rooms.jobs.ports import WorkerType
from cozy.rooms.links import jobs as links_jobs
from cozy.rooms.links import pages as links_pages
from cozy.rooms.links.events import CopyAsked
from cozy.rooms.links.ports import Sharers
from cozy.rooms.live_folder import jobs as live_folder_jobs
from cozy.rooms.live_folder import pages as live_folder_pages
from cozy.rooms.live_folder.events import FoldersDue, InboxFilled
from cozy.rooms.moves import jobs as moves_jobs
from cozy.rooms.moves import pages as moves_pages
from cozy.rooms.moves import routes as moves_routes
from cozy.rooms.moves import service as moves
from cozy.rooms.moves.events import QuestionOver
from cozy.rooms.neighbours import pages as neighbours_pages
from cozy.rooms.neighbours import routes as neighbours_routes
from cozy.rooms.neighbours.events import NeighbourMoved
from cozy.rooms.nextcloud import routes as nextcloud_routes
from cozy.rooms.notifications import jobs as notifications_jobs
from cozy.rooms.notifications import pages as notifications_pages
from cozy.rooms.notifications import routes as notifications_routes
from cozy.rooms.notifications.events import DigestDue, MailDue, Noticed, PushDue
from cozy.rooms.notifications.ports import Apps as AnnouncingApps
from cozy.rooms.notifications.ports import Backups, Tongue
from cozy.rooms.notifications.ports import Kind as KindOfNotice
from cozy.rooms.permissions import jobs as permissions_jobs
from cozy.rooms.permissions import pages as permissions_pages
from cozy.rooms.permissions import routes as permissions_routes
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.events import GrantDue, GrantEnded
from cozy.rooms.permissions.ports import Codes, Givers, Looked, People
from cozy.rooms.photos import pages as photos_pages
from cozy.rooms.realtime import routes as realtime_routes
from cozy.rooms.remote import routes as remote_routes
from cozy.rooms.replication import jobs as replication_jobs
from cozy.rooms.replication import routes as replication_routes
from cozy.rooms.replication import service as replication
from cozy.rooms.replication.events import DocumentsShared, RoomMade
from cozy.rooms.search import jobs as search_jobs
from cozy.rooms.search import pages as search_pages
from cozy.rooms.search import routes as search_routes
from cozy.rooms.search.events import DocumentsChanged, TextsWait
from cozy.rooms.sharing import jobs as sharing_jobs
from cozy.rooms.sharing import pages as sharing_pages
from cozy.rooms.sharing import routes as sharing_routes
from cozy.rooms.sharing import service as sharing
from cozy.rooms.sharing.events import (
    AcceptanceDue,
    DescriptionChanged,
    FarewellDue,
    GuestInvited,
    InvitationDue,
    LastChangesSent,
    MemberLeft,
    MemberReady,
    MembersChanged,
    MoveDue,
    PeopleMoved,
    RightsChanged,
    SharingArrived,
    SharingBegan,
    SharingEnded,
)
from cozy.rooms.sharing.ports import Aside, Opened, Ways
from cozy.rooms.support import pages as support_pages

DOORS: list[Routes] = [
    assets.routes,
    signs.routes,
    auth_pages.routes,
    auth_routes.routes,
    homes_pages.routes,
    permissions_pages.routes,
    permissions_routes.routes,
    homes_routes.routes,
    documents_routes.routes,
    files_routes.routes,
    files_pages.routes,
    photos_pages.routes,
    calendars_pages.routes,
    jobs_routes.routes,
    jobs_pages.routes,
    notifications_routes.routes,
    notifications_pages.routes,
    moves_routes.routes,
    moves_routes.handings,
    moves_pages.routes,
    neighbours_routes.routes,
    neighbours_pages.routes,
    contacts_routes.routes,
    contacts_pages.routes,
    calendars_routes.routes,
    sharing_routes.routes,
    sharing_pages.routes,
    drives_routes.routes,
    drives_pages.routes,
    replication_routes.routes,
    federation_routes.routes,
    federation_pages.routes,
    remote_routes.routes,
    dav_routes.routes,
    nextcloud_routes.routes,
    apps_routes.routes,
    connectors_routes.routes,
    apps_pages.routes,
    links_pages.routes,
    search_pages.routes,
    search_routes.routes,
    connectors_pages.routes,
    imports_pages.routes,
    imports_routes.routes,
    exports_pages.routes,
    exports_routes.routes,
    hosting_pages.mine,
    hosting_routes.paying,
    support_pages.routes,
    apps_routes.app_routes,
    realtime_routes.routes,
]

# What answers on `admin_listen` alone, and to nobody without a token of the administration.
ADMIN_DOORS: list[Routes] = [assets.routes, hosting_routes.routes, hosting_pages.routes]

# What answers at the host's own addresses, where people get a home.
LOBBY_DOORS: list[Routes] = [assets.routes, signs.routes, hosting_pages.joining, hosting_routes.paying]

REACTIONS: dict[type[Event], list[Job]] = {
    AddressGiven: [auth_jobs.mail_address_link],
    ResetAsked: [auth_jobs.mail_reset_link],
    HintAsked: [auth_jobs.mail_hint],
    DeviceEntered: [notifications_jobs.tell_new_device],
    ClientConnected: [notifications_jobs.tell_new_client],
    ClientPending: [auth_jobs.forget_pending_client],
    GrantEnded: [
        auth_jobs.forget_client,
        auth_jobs.forget_device_password,
        sharing_jobs.follow_grant,
        federation_jobs.follow_grant,
    ],
    Answered: [federation_jobs.tell],
    ShareArrived: [federation_jobs.verify],
    KeepAsked: [federation_jobs.copy],
    GuestBrought: [links_jobs.tell_arrival],
    CopyAsked: [links_jobs.copy],
    MediaStored: [files_jobs.read_media],
    PictureStored: [files_jobs.draw_ahead],
    SidecarStored: [files_jobs.read_sidecar],
    ProfileChanged: [contacts_jobs.follow_profile],
    RefreshDue: [calendars_jobs.refresh],
    PeopleConcerned: [calendars_jobs.tell_people],
    HostSpoke: [hosting_jobs.tell_owner],
    Noticed: [notifications_jobs.deliver],
    MailDue: [notifications_jobs.mail],
    PushDue: [notifications_jobs.push],
    DigestDue: [notifications_jobs.mail_digest],
    GrantDue: [permissions_jobs.end_grant],
    ExportDue: [exports_jobs.remove_expired],
    ExportOver: [moves_jobs.hand_over],
    QuestionOver: [moves_jobs.forget_questions],
    BackupDue: [exports_jobs.begin_backup],
    TriggerDue: [jobs.fire_trigger],
    JobEnded: [connectors_jobs.tell_failure],
    AccountLeft: [connectors_jobs.throw_away_brought],
    BurstOver: [jobs.fire_gathered],
    InvitationDue: [sharing_jobs.invite],
    GuestInvited: [sharing_jobs.mail_guest],
    MembersChanged: [sharing_jobs.tell_members],
    DescriptionChanged: [sharing_jobs.tell_description],
    FarewellDue: [sharing_jobs.say_farewell],
    PeopleMoved: [sharing_jobs.follow_people],
    AcceptanceDue: [sharing_jobs.accept],
    LastChangesSent: [sharing_jobs.narrow],
    HomeMoved: [sharing_jobs.follow_own_move],
    MoveDue: [sharing_jobs.tell_move],
    NeighbourMoved: [sharing_jobs.follow_neighbour],
    SharingBegan: [replication_jobs.begin],
    SharingArrived: [replication_jobs.go_on],
    MemberReady: [replication_jobs.welcome],
    MemberLeft: [replication_jobs.forget_member],
    RightsChanged: [replication_jobs.change_rights],
    SharingEnded: [replication_jobs.end],
    DocumentsShared: [replication_jobs.look],
    RoomMade: [replication_jobs.ask_for_the_rest],
    DocumentsChanged: [search_jobs.follow_changes],
    TextsWait: [search_jobs.read_texts],
    FoldersDue: [live_folder_jobs.follow_changes],
    InboxFilled: [live_folder_jobs.take_in],
    DayPassed: [
        jobs.forget_given_up,
        jobs.forget_old,
        jobs.keep_planned,
        auth_jobs.forget_expired,
        notifications_jobs.forget_old,
        notifications_jobs.tell_missed_backups,
        files_jobs.watch_space,
        files_jobs.sweep_uploads,
        files_jobs.sweep_contents,
        files_jobs.empty_old_trash,
        files_jobs.sweep_thumbnails,
        files_jobs.draw_unseen,
        apps_jobs.update_all,
        dav_jobs.forget_expired_locks,
        dav_jobs.forget_expired_transfers,
        apps_jobs.sweep_versions,
        collections_jobs.tidy,
        calendars_jobs.refresh_all,
        search_jobs.look_again,
        live_folder_jobs.look_again,
        sharing_jobs.sweep_clients,
        replication_jobs.tidy,
        federation_jobs.tidy,
        exports_jobs.end_abandoned,
        exports_jobs.go_on,
        imports_jobs.sweep_arrivals,
        moves_jobs.forget_old,
    ],
}

# Who hears of what a transaction changed, within it; what they write there is there when the change is, or neither.
FOLLOWERS: list[Callable[[Work], None]] = [
    jobs_service.firing.follow,
    search_jobs.follow,
    live_folder_jobs.follow,
    sharing.groups.follow,
    replication.rounds.follow,
    replication.shortage.follow,
]

PORTS: dict[type, list[Any]] = {
    Furnish: [files.furnish],
    FirstPage: [
        homes_pages.bills.on_first_page,
        neighbours_pages.first.on_first_page,
        permissions_pages.first.on_first_page,
        auth_pages.first.on_first_page,
        sharing_pages.first.on_first_page,
        apps_pages.first.on_first_page,
        photos_pages.first.on_first_page,
        calendars_pages.first.on_first_page,
        contacts_pages.first.on_first_page,
        files_pages.first.on_first_page,
    ],
    Kind: [contacts.KIND, calendars.KIND],
    Previews: [Previewer()],
    Safe: [KeyFile()],
    Shipped: [connectors.shipped.source],
    Names: [NamesByDns()],
    Gazetteer: [Towns(ui.assets.TOWNS)],
    TextIndex: [Fts5(), Tsvector()],
    Guard: [permissions.guard],
    Codes: [auth.for_link],
    Givers: [drives.links.still_given],
    Looked: [sharing.discovering.looked],
    Opened: [apps.intents.after_sharing],
    Aside: [replication.asides.not_taken],
    Ways: [federation_pages.listing.on_page_of_shared],
    Doctype: [
        *homes_doctypes.DOCTYPES,
        *auth.doctypes.DOCTYPES,
        *accounts.doctypes.DOCTYPES,
        *files_doctypes.DOCTYPES,
        *collections_doctypes.DOCTYPES,
        *calendars_doctypes.DOCTYPES,
        *contacts.doctypes.DOCTYPES,
        *sharing.doctypes.DOCTYPES,
        *imports.DOCTYPES,
        *exports.DOCTYPES,
        *moves.DOCTYPES,
        *federation.DOCTYPES,
    ],
    InstanceFacts: [auth.facts.instance],
    Capabilities: [auth.facts.capabilities, files.capabilities],
    LinkedApps: [apps.LinkedApps()],
    AnnouncingApps: [apps.AnnouncingApps()],
    KindOfNotice: [
        *notifications_pages.KINDS,
        *neighbours_pages.KINDS,
        *sharing_pages.kinds.KINDS,
        *federation_pages.kinds.KINDS,
        *links_pages.KINDS,
        *exports_pages.KINDS,
        *hosting_pages.KINDS,
    ],
    Backups: [exports.places.planned],
    Beside: [sharing_pages.contact.on_page_of_contact],
    OnStorage: [live_folder_pages.on_storage],
    People: [sharing.seers.People()],
    Sizes: [files.usage],
    Letters: [hosting_pages.letters.write],
    Moving: [moves.leaving.under_way],
    Payments: [hosting.stripe.Stripe()],
    Shop: [hosting.selling.AppShop()],
    Witness: [hosting.plans.witness, hosting.webhooks.witness, hosting.payments.witness],
    Farewell: [hosting.payments.leave],
    Sharers: [sharing_pages.inviting.with_people, federation_pages.sending.at_servers],
    Tongue: [ui.words],
    WorkerType: [
        *jobs.WORKERS,
        *files_jobs.WORKERS,
        *connectors_jobs.WORKERS,
        *replication_jobs.WORKERS,
        *imports_jobs.WORKERS,
        *exports_jobs.WORKERS,
    ],
}
