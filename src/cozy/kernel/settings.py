"""Every setting of this program, in one place. docs/settings.md is generated from here."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an administrator may set: in `cozy.toml`, by `COZY_<NAME>`, or as an option of `cozy serve`."""

    data: Annotated[str, Meta(description="The folder that holds the homes.")] = "data"
    key_file: Annotated[
        str,
        Meta(
            description="The file with the key that passwords of accounts elsewhere are locked with; made when it is not there. "
            "Empty: `host.key` in `data`. Every machine of a host needs the same one; without it, people type those passwords again."
        ),
    ] = ""
    lock_contents: Annotated[
        bool,
        Meta(
            description="Whether contents of files, and pictures of them, are locked where they lie, each home's under a key of its own that comes "
            "from `key_file`: see [locked contents](../hosting.md#locked-contents). What is there already stays as it is, and readable."
        ),
    ] = False
    host: Annotated[str, Meta(description="The address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="The port to listen on; 0 picks a free one.")] = (
        8080
    )
    admin_listen: Annotated[
        str,
        Meta(
            description="Where the administration answers: `127.0.0.1:6060`, or `unix:/run/cozy/admin.sock`; see "
            "[administration](../administration.md). Empty: nowhere."
        ),
    ] = ""
    metrics_listen: Annotated[
        str,
        Meta(
            description="Where monitors ask for figures (Prometheus) and health, and a proxy whether a host may have a certificate: `127.0.0.1:9090`; see "
            "[health](../hosting.md#health). Empty: nowhere."
        ),
    ] = ""
    traces: Annotated[
        str,
        Meta(
            description="The address of a collector of OpenTelemetry that is told what takes how long in this process, over OTLP and HTTP: "
            "`http://127.0.0.1:4318/v1/traces`; see [traces](../hosting.md#traces). Empty: nobody is."
        ),
    ] = ""
    drain_s: Annotated[
        int,
        Meta(
            ge=0,
            le=600,
            description="Seconds for which a process that is told to stop (SIGTERM) says on `/readyz` that it is not ready and answers all the same, so that "
            "a proxy sends requests elsewhere: see [workers that come and go](../hosting.md#workers-that-come-and-go). 0: it stops at once.",
        ),
    ] = 0
    log_json: Annotated[bool, Meta(description="Whether each line of the log is a JSON object.")] = False
    public: Annotated[
        str,
        Meta(
            description="The domain of the first home, or the one that homes are below, when Cozy is to bring HTTPS by itself: see "
            "[an address of its own](../hosting.md#an-address-of-its-own). Empty: a proxy in front of it does."
        ),
    ] = ""
    public_host: Annotated[
        str, Meta(description="The address that `public` listens on. Empty: every one of this machine.")
    ] = ""
    public_http_port: Annotated[
        int, Meta(ge=1, le=65535, description="Where `public` answers plain HTTP, to lead to HTTPS.")
    ] = 80
    public_https_port: Annotated[int, Meta(ge=1, le=65535, description="Where `public` answers HTTPS.")] = 443
    public_issuer: Annotated[
        Literal["acme", "internal"],
        Meta(
            description="Who signs the certificates of `public`: `acme` (Let's Encrypt, or ZeroSSL), or an authority of its own, "
            "`internal`, whose root certificate is in `caddy/pki` in `data`, for devices to trust."
        ),
    ] = "acme"
    public_url: Annotated[
        str,
        Meta(
            description="Scheme and port that people use: `https://` behind a proxy. Empty: http and our port."
        ),
    ] = ""
    trusted_proxies: Annotated[
        str, Meta(description="Addresses whose X-Forwarded-* headers are believed, separated by commas.")
    ] = ""
    postgres: Annotated[
        str, Meta(description="A PostgreSQL connection string, in place of SQLite files.")
    ] = ""
    postgres_connections: Annotated[
        int,
        Meta(
            ge=2,
            description="The most connections that one process opens to PostgreSQL, which must allow as many to all of them together, "
            "and one more each that listens.",
        ),
    ] = 12
    contents: Annotated[
        str,
        Meta(
            description="Where contents are kept: `s3://bucket/folder` in an S3 service, whose keys and region are taken from "
            "the environment (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`). Empty: in `data`."
        ),
    ] = ""
    s3_endpoint: Annotated[
        str, Meta(description="The address of that service: `https://s3.example.org`. Empty: Amazon's.")
    ] = ""
    smtp_url: Annotated[
        str,
        Meta(
            description="The mail server: `smtp://user:password@host:587` (STARTTLS) or `smtps://…`. Empty: no mail."
        ),
    ] = ""
    mail_from: Annotated[
        str, Meta(description="The sender of our mails. Empty: noreply at the home's domain.")
    ] = ""
    support_address: Annotated[
        str,
        Meta(
            description="Where what people ask of this host's support in apps is mailed. Empty: nowhere. A context may have "
            "another one, `reply_to`."
        ),
    ] = ""
    backup_key: Annotated[
        str,
        Meta(
            description="The public keys that `cozy backup` locks backups for, separated by commas: `age1…`. "
            "See [backup](../hosting.md#backup)."
        ),
    ] = ""
    address_per_minute: Annotated[
        int,
        Meta(
            ge=0,
            description="How many requests a process takes in a minute from one address (of IPv6, a /64) that shows no session, token or password. "
            "This machine itself has no limit. 0: nobody has. See [limits](../hosting.md#fair-turns).",
        ),
    ] = 3_000
    home_per_minute: Annotated[
        int,
        Meta(
            ge=0,
            description="How many requests of all kinds a process takes in a minute for one home. 0: as many as come.",
        ),
    ] = 0
    home_at_once: Annotated[
        int,
        Meta(
            ge=0,
            description="How many requests of one home a process works on at once while other homes ask too; more of them wait. 0: as many as come. "
            "See [fair turns](../hosting.md#fair-turns).",
        ),
    ] = 4
    lease_s: Annotated[
        int,
        Meta(
            ge=1, le=600, description="Seconds after which work is taken up again that died with its process."
        ),
    ] = 30
    versions_kept: Annotated[int, Meta(ge=0, description="How many old versions of a file are kept.")] = 20
    versions_apart_s: Annotated[
        int, Meta(ge=0, description="Old versions closer together than this, in seconds, are merged.")
    ] = 900
    trash_days: Annotated[
        int,
        Meta(
            ge=0,
            description="Days after which the bin empties itself, unless the owner says otherwise; 0: never.",
        ),
    ] = 30
    unpaid_grace_days: Annotated[
        int,
        Meta(
            ge=0,
            description="Days after which a home whose bill is open takes nothing new; it can be read, taken along and moved "
            "all the same.",
        ),
    ] = 30
    hoster_name: Annotated[
        str,
        Meta(
            description="Who hosts, by the name that is on statements; with it, every home has a page about its plan. Empty: homes "
            "without a plan have none."
        ),
    ] = ""
    hoster_address: Annotated[
        str, Meta(description="Where they are, for statements: lines separated by semicolons.")
    ] = ""
    stripe_key: Annotated[
        str,
        Meta(
            description="The secret key of Stripe, or of what speaks as it does, with which owners pay for plans: itself, or the path of a file "
            "that holds it; see [paying](../administration.md#paying-by-stripe). Empty: nothing is asked there."
        ),
    ] = ""
    stripe_webhook_secret: Annotated[
        str,
        Meta(description="The secret that it signs what it tells with, `whsec_…`, or the path of its file."),
    ] = ""
    stripe_url: Annotated[str, Meta(description="Where that service is.")] = "https://api.stripe.com"
    upload_days: Annotated[
        int, Meta(ge=1, description="Days after which an unfinished upload is forgotten.")
    ] = 7
    default_quota: Annotated[
        int | None, Meta(description="Bytes that a new home may hold; none: as much as the disk.")
    ] = None
    subdomains: Annotated[
        Literal["nested", "flat"],
        Meta(
            description="Where apps live: `nested` (`drive.alice.example.org`), or `flat` (`alice-drive.example.org`, for one certificate)."
        ),
    ] = "nested"
    registries: Annotated[
        str,
        Meta(
            description="Registries of apps, by address, asked one after the other and separated by commas. A context may have "
            "others. Empty: none is asked."
        ),
    ] = ""
    apps_offered: Annotated[
        str,
        Meta(
            description="A folder that offers apps to every home, as a registry does: each folder in it that holds a "
            "`manifest.webapp` or `manifest.konnector` is one."
        ),
    ] = ""
    app_folders: Annotated[
        str,
        Meta(
            description="Folders of apps in development, served live to every home without being installed: "
            "`slug:folder`, separated by commas."
        ),
    ] = ""
    contexts: Annotated[
        dict[str, dict[str, Any]],
        Meta(description="What groups of homes have in common, by name: see [contexts](../contexts.md)."),
    ] = {}
    features: Annotated[
        dict[str, Any], Meta(description="Feature flags of every home, for apps: name and value.")
    ] = {}
    signup: Annotated[
        bool, Meta(description="Whether the first-run page may make the first home of this host.")
    ] = True
    remote_doctypes: Annotated[
        str,
        Meta(
            description="A folder of requests that apps may have made for them to other servers: see [remote data](../remote.md). "
            "Empty: none."
        ),
    ] = ""
    remote_secrets: Annotated[
        dict[str, dict[str, str]], Meta(description="Secrets of such requests, by doctype and name.")
    ] = {}
    remote_assets: Annotated[
        dict[str, str], Meta(description="Files on other servers that apps may load, by name.")
    ] = {}
    remote_any_port: Annotated[
        bool, Meta(description="Whether such a request may name a port: for development.")
    ] = False
    security_contact: Annotated[
        str,
        Meta(
            description="Whom to tell of a weakness of this host, for `/.well-known/security.txt`: `mailto:` or `https://`."
        ),
    ] = ""
    box_memory_mb: Annotated[
        int,
        Meta(
            ge=128,
            description="Megabytes of memory that a connector, or a service of an app, may take before it is ended.",
        ),
    ] = 512
    name_server: Annotated[
        str,
        Meta(
            description="The DNS server that is asked, over TCP, about domains that owners bring: `192.0.2.1` or `127.0.0.1:5353`. "
            "Empty: those of this machine."
        ),
    ] = ""
    backup_folders: Annotated[
        str,
        Meta(
            description="Folders of this machine that owners may have their homes backed up to by themselves, separated by commas: "
            "`/media/disk/cozy`. Each home gets a folder of its own there; a folder that is not there, such as that of a disk that is "
            "not plugged in, is not made."
        ),
    ] = ""
    outside_allowed: Annotated[
        str,
        Meta(
            description="Addresses or networks inside your own network that may be asked all the same, separated by "
            "commas: `127.0.0.0/8, fd00::/8`. Other requests go to public addresses only."
        ),
    ] = ""
