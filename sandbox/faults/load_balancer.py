"""Faults of HAProxy."""

from atalaia.errors import NotMeasured
from sandbox.faults.edits import edited
from sandbox.faults.fault import Changes, Fault
from sandbox.faults.means import haproxy, intent
from sandbox.readiness import until
from sandbox.record import write_private
from sandbox.running import Sandbox
from sandbox.servers.haproxy import statistics


async def _flap(sandbox: Sandbox) -> None:
    for health in ("down", "up") * 4:
        await sandbox.haproxy(f"set server health_service/health-service health {health}")

    async def is_up() -> bool:
        found = (await statistics(sandbox.blueprint)).server("health_service", "health-service")
        return found is not None and found.status == "UP"

    if not await until(is_up, 30):
        raise NotMeasured("the server did not come up again after it had flapped", where=sandbox.id)


async def _past_the_gateway(sandbox: Sandbox) -> None:
    file = sandbox.blueprint.home("haproxy") / "haproxy.cfg"
    text = edited(
        file.read_text(),
        ((r"^( *)(acl is_api .*)", r"\1use_backend past if { path -m beg /api/v1/users }\n\1\2"),),
    )
    write_private(file, f"{text}\nbackend past\n    server past 127.0.0.1:{sandbox.ports.user_service}\n")
    await sandbox.restart("haproxy")


async def _fresh(sandbox: Sandbox) -> None:
    await sandbox.restart("haproxy")


FAULTS = (
    haproxy(
        "haproxy-server-down",
        "HAProxy asks for the second Kong node's health on a port where nobody listens",
        (r"^( *server kong-2 .* check port )\d+", r"\g<1>1"),
    ),
    haproxy(
        "haproxy-backend-down",
        "HAProxy asks for the health service's health under a path that it does not have",
        (r"^( *option httpchk GET )/health$", r"\1/nowhere"),
    ),
    Fault(
        "haproxy-server-flapping",
        Changes.LIVE,
        "the health service's server has just gone down and up four times",
        _flap,
        _fresh,
    ),
    haproxy(
        "haproxy-server-unchecked",
        "the second Kong node is a server without `check`",
        (r"^( *server kong-2 \S+) check .*", r"\1"),
    ),
    haproxy(
        "haproxy-check-layer-4",
        "the health service's server is checked by a connection only",
        (r"^ *option httpchk GET /health\n *http-check expect status 200\n", ""),
    ),
    haproxy(
        "haproxy-unbalanced",
        "the Kong nodes are balanced by client address, where round robin is declared",
        (r"(backend api_gateway\n *balance )roundrobin", r"\1source"),
    ),
    haproxy("haproxy-stats-open", "the statistics ask for no password", (r"^ *stats auth .*\n", "")),
    intent(
        "haproxy-stats-password",
        "the environment has another password for the statistics than HAProxy",
        (r'(/stats", username: admin, password: )"[^"]*"', r'\1"not-the-password"'),
    ),
    haproxy(
        "haproxy-path-misrouted",
        "/health goes to the gateway instead of the health service",
        (r"^( *use_backend )health_service( if is_health)", r"\1api_gateway\2"),
    ),
    Fault(
        "haproxy-past-the-gateway",
        Changes.FILE,
        "HAProxy sends the user service's paths straight to it, past Kong",
        _past_the_gateway,
        haproxy("", "").revert,
    ),
    haproxy(
        "haproxy-server-weightless",
        "the second Kong node is up, with a weight of 0",
        (r"^( *server kong-2 .*)", r"\1 weight 0"),
    ),
    haproxy(
        "haproxy-path-refused",
        "HAProxy answers 403 to every path of the user service",
        (
            r"^( *acl is_api .*)",
            r"    http-request deny deny_status 403 if { path -m beg /api/v1/users }\n\1",
        ),
    ),
)
