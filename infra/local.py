"""The whole product on this machine: the stack on the embedded AWS, behind the door."""

import contextlib
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from infra import aws
from infra.deploy import Clients, deploy, outputs
from infra.door import Door
from infra.embedded.ministack import HOST, MiniStack
from infra.errors import StackError
from infra.mailbox import Inbox
from infra.network import lan_address
from infra.package import ROOT, Package, package
from infra.record import Record, broken, lock, write_private
from infra.resume import invoke_sweep, is_deployed, is_whole, resume
from infra.seeding import run_link, run_seed

STACK = "quietzone"
MAIL_FROM = "quietzone@example.com"  # the embedded SES asks for no proof, and sends nothing


class LocalStack:
    """A running Quietzone; a context manager.

    `folder` keeps its state over restarts. `port` is the door's, 0 for a free one. `fresh` starts over, `lan`
    lets other machines in (by the door alone). `settings` are template parameters, like `CreatesPerHour`.
    `report` gets a line before each step that takes long. Once started there are `url` (without a trailing
    slash), `api_key`, `organization`, `demo_link`, `aws_endpoint` and `environment`, the variables with which
    `chalicelib.services` work on this stack from another process.
    """

    def __init__(
        self,
        folder: Path,
        port: int = 0,
        *,
        fresh: bool = False,
        lan: bool = False,
        settings: Mapping[str, str] | None = None,
        report: Callable[[str], None] = lambda _: None,
        root: Path = ROOT,
    ) -> None:
        self.folder = folder.resolve()
        self.url = self.api_key = self.organization = self.demo_link = self.aws_endpoint = ""
        self.environment: dict[str, str] = {}
        self._port, self._fresh, self._lan = port, fresh, lan
        self._settings, self._report, self._root = settings or {}, report, root
        self._engine = MiniStack(self.folder)
        self._clients: Clients = aws.clients("")
        self._record = Record()
        self._held = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start everything, and return when it answers. Raises StackError, with everything stopped again."""
        try:
            self._held.callback(lock(self.folder).close)
            door = self._open_door()
            built = self._start_engine()
            names = self._deploy(built)
            self._seed(names)
            self._serve(door, names)
        except BaseException as error:
            self.stop()
            if isinstance(error, (OSError, BotoCoreError, ClientError)):
                raise StackError(f"the local stack cannot start: {error} (its log: {self._engine.log})") from error
            raise

    def stop(self) -> None:
        """Stop everything, the door first, and keep the state."""
        self._held.close()

    def sign_in_link(self) -> str:
        """A new link with which the owner signs in, good for 15 minutes and once. Raises StackError."""
        return run_link(self.environment, self.organization, self._root)

    def inbox(self) -> Inbox:
        """What tells the mails that would have been sent."""
        return Inbox((HOST, self._engine.port))

    def running(self) -> bool:
        """Whether the embedded AWS is alive."""
        return self._engine.running()

    def _open_door(self) -> Door:
        """Take the door's port before anything else happens."""
        try:
            door = Door(("0.0.0.0" if self._lan else HOST, self._port))  # noqa: S104 - LAN=1 asks for it
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or "not a port"
            raise StackError(f"port {self._port}: {reason}; choose another, like PORT=9000") from error
        self._held.callback(door.server_close)
        self.url = f"http://{lan_address() if self._lan else HOST}:{door.server_port}"
        return door

    def _start_engine(self) -> Package:
        """Start the embedded AWS with the state that is kept, and package the application meanwhile."""
        if self._engine.end_orphan():
            self._report("ended what a killed run had left behind")
        record = self._record = Record.prepare(self.folder, self._fresh)
        self._report("starting the embedded AWS, packaging the application")
        self._held.callback(self._engine.stop)
        self._engine.start(record.engine_port)
        record.engine_port, self.aws_endpoint = self._engine.port, self._engine.endpoint
        record.write(self.folder)
        built = package(self.folder / "build", "local", self._root)
        self._engine.wait()
        self._clients = aws.clients(self.aws_endpoint)
        return built

    def _deploy(self, built: Package) -> dict[str, str]:
        """Deploy the stack, or bring the one that was kept up to date; return its outputs."""
        record, parameters = self._record, self._parameters(built)
        if is_deployed(self._clients, STACK) and is_whole(self._clients, STACK):
            resume(self._clients, STACK, built, parameters)
            invoke_sweep(self._clients, STACK)
        elif record.deployed and self._engine.has_state():
            raise StackError(broken(self.folder, "the stack"))
        else:
            if record.deployed:
                self._report("the last run was killed before it saved anything: starting over")
            self._report("deploying the stack")
            deploy(self._clients, STACK, built, parameters, pause=0.2)
            record.api_key = ""
        record.deployed = True
        record.write(self.folder)
        return outputs(self._clients("cloudformation"), STACK)

    def _parameters(self, built: Package) -> dict[str, str]:
        """Of the template, its defaults included: an earlier start may have set others."""
        defaults = {name: str(it.get("Default", "")) for name, it in built.template["Parameters"].items()}
        local = {"PublicUrl": self.url, "OriginSecret": self._record.origin_secret, "FoldWindowSeconds": "0"}
        local |= {"LocalReceivers": "true", "MailFrom": MAIL_FROM}
        return {**defaults, **local, **self._settings}

    def _seed(self, names: dict[str, str]) -> None:
        """On a new stack, make what its owner begins with."""
        function = self._clients("lambda").get_function_configuration(FunctionName=names["APIHandlerName"])
        self.environment = aws.environment(self.aws_endpoint) | function["Environment"]["Variables"]
        record = self._record
        if not record.api_key:
            self._report("making an organization, a key and the demo link")
            seeded = run_seed(self.environment, self._root)
            record.api_key, record.organization = seeded["api_key"], seeded["organization"]
            record.demo_link = seeded["demo_link"]
            record.write(self.folder)
        self.api_key, self.organization = record.api_key, record.organization
        self.demo_link = self.url + urlsplit(record.demo_link).path

    def _serve(self, door: Door, names: dict[str, str]) -> None:
        door.upstream = (HOST, self._engine.port)
        stage = urlsplit(names["EndpointURL"]).path.strip("/")
        door.prefix = f"/_aws/execute-api/{names['RestAPIId']}/{stage}"
        door.secret, door.url = self._record.origin_secret, self.url
        threading.Thread(target=door.serve_forever, args=[0.1], name="door", daemon=True).start()
        self._held.callback(door.close)
        write_private(
            self.folder / "serve.json",
            {
                "url": self.url,
                "api_key": self.api_key,
                "organization": self.organization,
                "demo_link": self.demo_link,
                "aws_endpoint": self.aws_endpoint,
            },
        )
