"""One OpenSearch node on the loopback address: started, waited for, and ended with all it made but its data."""

import shutil
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import yaml

from clippings.errors import ServiceError
from clippings.node.account import Account, give, place_for, unprivileged_account
from clippings.node.disk import require_space
from clippings.node.distribution import Report
from clippings.node.installation import Installation, install
from clippings.node.ports import LOOPBACK, require_free
from clippings.node.processes import ProcessFamily
from clippings.settings import OpenSearchSettings, cache_folder

ROOTS_STATE = Path("/var/lib/clippings")
"""Where root keeps the data when the state folder is closed to the unprivileged user."""
PORT_VARIABLE = "CLIPPINGS_OPENSEARCH_PORT"
DATA_BYTES = 1_000_000_000
START_SECONDS = 180.0
MEGABYTE = 1 << 20


class Node:
    """A real OpenSearch node; used as a context manager it is up inside, and gone afterwards.

    `home` keeps its data, logs and snapshots from run to run (`place` says where they really are: see `place_for`).
    `quick` compiles less: the node is up sooner and takes half the processor time for it, but is slower in the long
    run. Meant for tests.
    """

    def __init__(
        self,
        home: Path,
        port: int,
        *,
        heap_megabytes: int = 1024,
        cache: Path | None = None,
        quick: bool = False,
        report: Report = lambda line: None,
    ) -> None:
        self.port = port
        self.heap_megabytes = heap_megabytes
        self.cache = cache or cache_folder()
        self.quick = quick
        self.report = report
        self.account: Account | None = unprivileged_account()
        self.place = place_for(home.resolve(), self.account, ROOTS_STATE)
        self.family = ProcessFamily(f"node {self.place}")

    @property
    def settings(self) -> OpenSearchSettings:
        """How the node is reached: plain HTTP, on this machine only."""
        return OpenSearchSettings(host=LOOPBACK, port=self.port, use_ssl=False)

    @property
    def snapshots(self) -> Path:
        """The only folder in which the node may keep snapshot repositories (`path.repo`)."""
        return self.place / "snapshots"

    def start(self) -> None:
        """Start the node and return once it answers. Raises ServiceError as `launch` and `wait_until_up` do."""
        try:
            self.launch()
            self.wait_until_up()
        except BaseException:
            self.stop()
            raise

    def claim(self) -> None:
        """End a node that an earlier, killed run left in this place; check the port and the room.

        Raises ServiceError when the port is taken or the disk is full.
        """
        self.family.end()
        require_free(self.port, "OpenSearch", PORT_VARIABLE)
        require_space(self.place, DATA_BYTES, "keeping OpenSearch's data")

    def launch(self) -> None:
        """Install where needed and start the node, without waiting for it.

        Raises ServiceError when the port is taken, there is no room, or it cannot be fetched.
        """
        self.claim()
        installation = install(self.cache, self.account, self.report)
        self.prepare(installation)
        self.family.start(
            "OpenSearch",
            [installation.java / "bin/java", *self.java_options(installation), "org.opensearch.bootstrap.OpenSearch"],
            log=self.place / "console.log",
            environment={"PATH": "/usr/bin:/bin", "HOME": str(self.place), "LC_ALL": "C.UTF-8"},
            folder=installation.home,
            account=self.account,
        )

    def prepare(self, installation: Installation) -> None:
        """Lay out the folders and write the configuration, owned by whoever the node runs as."""
        try:
            for name in ("config", "data", "logs", "snapshots", "tmp"):
                (self.place / name).mkdir(parents=True, exist_ok=True)
            (self.place / "config/opensearch.yml").write_text(yaml.safe_dump(self.configuration()))
            shutil.copyfile(installation.home / "config/log4j2.properties", self.place / "config/log4j2.properties")
            self.place.chmod(0o700)
            give(self.place, self.account)
        except PermissionError as error:
            raise ServiceError(
                f"The node's folder {self.place} belongs to another user: call this as the user who made it, "
                f"remove it, or choose another place with CLIPPINGS_HOME."
            ) from error

    def configuration(self) -> dict[str, object]:
        """What goes into opensearch.yml."""
        return {
            "cluster.name": "clippings",
            "node.name": "clippings",
            "discovery.type": "single-node",
            "http.host": LOOPBACK,
            "http.port": self.port,
            "transport.host": LOOPBACK,
            "transport.port": 0,
            "path.data": str(self.place / "data"),
            "path.logs": str(self.place / "logs"),
            "path.repo": [str(self.snapshots)],
            # By default a disk that is 90 % full counts as full, however much room the rest is.
            "cluster.routing.allocation.disk.watermark.low": "800mb",
            "cluster.routing.allocation.disk.watermark.high": "500mb",
            "cluster.routing.allocation.disk.watermark.flood_stage": "300mb",
        }

    def java_options(self, installation: Installation) -> list[str]:
        """What the distribution's own launcher passes for this version, less the incubating vector module, which our
        Java does not have, and with the heap not touched before it is used."""
        heap = self.heap_megabytes
        options = [
            f"-Xms{heap}m",
            f"-Xmx{heap}m",
            f"-XX:MaxDirectMemorySize={heap * MEGABYTE // 2}",
            "-XX:+UseG1GC",
            "-XX:G1ReservePercent=25",
            "-XX:InitiatingHeapOccupancyPercent=30",
            "-XX:+UseCompactObjectHeaders",
            "-XX:-OmitStackTraceInFastThrow",
            "-XX:CompileCommand=quiet",
            "-XX:CompileCommand=dontinline,java/lang/invoke/MethodHandle.setAsTypeCache",
            "-XX:CompileCommand=dontinline,java/lang/invoke/MethodHandle.asTypeUncached",
            "-XX:-UsePerfData",
            "-Xshare:auto",
            "-Xss1m",
            f"-XX:ErrorFile={self.place / 'logs/java-error-%p.log'}",
            f"-Djava.io.tmpdir={self.place / 'tmp'}",
            "-Djava.awt.headless=true",
            "-Dfile.encoding=UTF-8",
            "-Djna.nosys=true",
            "-Djava.locale.providers=SPI,CLDR",
            "-Dio.netty.noUnsafe=true",
            "-Dio.netty.noKeySetOptimization=true",
            "-Dio.netty.recycler.maxCapacityPerThread=0",
            "-Dio.netty.allocator.numDirectArenas=0",
            "-Dlog4j.shutdownHookEnabled=false",
            "-Dlog4j2.disable.jmx=true",
            "-Dopensearch.networkaddress.cache.ttl=60",
            "-Dopensearch.networkaddress.cache.negative.ttl=10",
            "-Dorg.apache.lucene.store.MMapDirectory.sharedArenaMaxPermits=1",
            "-javaagent:agent/opensearch-agent.jar",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            f"-Dopensearch.path.home={installation.home}",
            f"-Dopensearch.path.conf={self.place / 'config'}",
            "-Dopensearch.distribution.type=zip",
            "-Dopensearch.bundled_jdk=false",
        ]
        if self.quick:
            options.append("-XX:TieredStopAtLevel=1")
        return [*options, "-cp", f"{installation.home}/lib/*"]

    def wait_until_up(self) -> None:
        """Return once the node answers and has its shards. Raises ServiceError when it ends or takes too long."""
        began = reported = time.monotonic()
        address = f"{self.settings.url}/_cluster/health?wait_for_status=yellow&timeout=1s"
        with httpx.Client(timeout=5.0, trust_env=False) as client:
            while (now := time.monotonic()) - began < START_SECONDS:
                self.check()
                try:
                    if client.get(address).status_code == httpx.codes.OK:
                        return
                except httpx.TransportError:
                    pass
                if now - reported > 5:
                    reported = now
                    self.report(f"waiting for OpenSearch, {now - began:.0f} s")
                time.sleep(0.1)
        raise ServiceError(f"OpenSearch did not answer within {START_SECONDS:.0f} s: see {self.place}.")

    def check(self) -> None:
        """Raise ServiceError when the node has ended."""
        self.family.check()

    def stop(self) -> None:
        """End the node. Its data stays."""
        self.family.end()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
