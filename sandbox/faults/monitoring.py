"""Faults of the monitoring systems."""

from sandbox.faults.fault import Changes, Fault
from sandbox.faults.means import intent, standin, stopped
from sandbox.running import Sandbox


def _swapped() -> Fault:
    name = "alertmanager-is-prometheus"
    description = "the environment gives Prometheus' address for the Alertmanager's"

    def edit(sandbox: Sandbox) -> Fault:
        ports = sandbox.ports
        change = (rf"(?s)^(alertmanager:\n.*?127\.0\.0\.1:){ports.alertmanager}", rf"\g<1>{ports.prometheus}")
        return intent(name, description, change)

    async def apply(sandbox: Sandbox) -> None:
        await edit(sandbox).apply(sandbox)

    async def revert(sandbox: Sandbox) -> None:
        await edit(sandbox).revert(sandbox)

    return Fault(name, Changes.INTENT, description, apply, revert)


FAULTS = (
    stopped("prometheus-stopped", "prometheus", "Prometheus does not run"),
    stopped("alertmanager-stopped", "alertmanager", "the Alertmanager does not run"),
    stopped("pushgateway-stopped", "pushgateway", "the Pushgateway does not run"),
    standin("grafana-stopped", "standins", "grafana", "stopped", "Grafana does not run"),
    _swapped(),
    standin(
        "grafana-database-failing", "standins", "grafana", "database-failing", "Grafana has lost its database"
    ),
)
