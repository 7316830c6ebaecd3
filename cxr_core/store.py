"""What CXR Lens remembers between visits: a SQLite file in the user's folder, or any database by `CXR_DATABASE_URL`."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError, SQLAlchemyError

from cxr_core.home import find_home
from cxr_core.types import Refusal

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "cxr_lens_version"  # not Alembic's usual name: the database may be shared with other programs
METADATA = sa.MetaData()

_DATASETS = sa.Table(
    "datasets",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("location", sa.Text, nullable=False),
    sa.Column("added_at", sa.DateTime, nullable=False),  # UTC without a zone, as SQLite keeps none
    sa.UniqueConstraint("name", name="uq_datasets_name"),
)
_LOCK_SECONDS = 30  # how long a writer waits for its turn
_SCHEMA_LOCK = 0x43585220  # any number that no other program on the server is likely to lock


@dataclass(frozen=True)
class DatasetRecord:
    """A data set that the user added."""

    id: int
    name: str
    location: str  # a folder or a zip file
    added_at: datetime  # UTC


@dataclass(frozen=True)
class StoreStatus:
    """Where the store is, which schema it has, and what is wrong with it, if anything."""

    address: str  # without password
    revision: str | None  # of the schema; None where the store cannot be read
    problem: str | None  # a sentence

    @property
    def ok(self) -> bool:
        return self.problem is None


class Store:
    """The open store; made by `open_store`. One may be shared by threads."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)  # same connections, see `_prepare_sqlite`

    def add_dataset(self, name: str, location: str) -> DatasetRecord:
        """The new record; a name can be given once."""
        added_at = datetime.now(UTC)
        row = {"name": name, "location": location, "added_at": added_at.replace(tzinfo=None)}
        try:
            with _failures_in_words(self._engine.url), self._writer.begin() as connection:
                key = connection.execute(sa.insert(_DATASETS).values(row)).inserted_primary_key
        except IntegrityError:
            raise Refusal(name, "is the name of another data set", "choose a new name or remove that one") from None
        except UnicodeEncodeError:
            raise Refusal(name, "has letters in its name or path that are not valid text", "rename it") from None
        assert key is not None
        return DatasetRecord(key.id, name, location, added_at)

    def list_datasets(self) -> list[DatasetRecord]:
        """Newest first."""
        with _failures_in_words(self._engine.url), self._engine.connect() as connection:
            rows = connection.execute(sa.select(_DATASETS).order_by(_DATASETS.c.id.desc())).all()
        return [DatasetRecord(row.id, row.name, row.location, row.added_at.replace(tzinfo=UTC)) for row in rows]

    def remove_dataset(self, name: str) -> None:
        """Forgets the data set; its files stay where they are."""
        with _failures_in_words(self._engine.url), self._writer.begin() as connection:
            removed = connection.execute(sa.delete(_DATASETS).where(_DATASETS.c.name == name)).rowcount
        if not removed:
            raise Refusal(name, "is not among the data sets that were added", "check its name in the list")

    def close(self) -> None:
        self._engine.dispose()


def open_store(url: str | None = None) -> Store:
    """The store at `url`, else at `CXR_DATABASE_URL`, else in the user's folder, with its schema brought up to date."""
    engine = _make_engine(_read_url(url))
    try:
        with _failures_in_words(engine.url):
            _bring_up_to_date(engine)
    except Refusal:
        engine.dispose()
        raise
    return Store(engine)


def describe_store(url: str | None = None) -> StoreStatus:
    """The state of the store in words; opens it, but never raises a `Refusal`."""
    address = "unknown"
    try:
        place = _read_url(url)
        address = place.set(query={}).render_as_string(hide_password=True)  # a query may hold a password as well
        store = open_store(url)
    except Refusal as refusal:
        return StoreStatus(address, None, str(refusal))
    store.close()
    return StoreStatus(address, _list_revisions()[-1], None)


def _read_url(url: str | None) -> sa.URL:
    given = url or os.environ.get("CXR_DATABASE_URL")
    if not given:
        return sa.URL.create("sqlite", database=str(find_home() / "store.sqlite"))
    try:
        return sa.make_url(given)
    except (ArgumentError, ValueError):
        raise _refuse_url() from None


def _refuse_url() -> Refusal:
    # What was given is not repeated: where it cannot be parsed, its password cannot be hidden.
    return Refusal(
        "CXR_DATABASE_URL",
        "is not the address of a database",
        "write it like postgresql://user:password@host/database or sqlite:////folder/store.sqlite",
    )


def _make_engine(url: sa.URL) -> sa.Engine:
    is_sqlite = url.get_backend_name() == "sqlite"
    try:
        # The ping finds connections that a restarted database server has dropped.
        engine = sa.create_engine(url, pool_pre_ping=True, connect_args={"timeout": _LOCK_SECONDS} if is_sqlite else {})
    except ImportError as error:
        problem = f"needs the Python module {error.name or url.get_driver_name()}, which is not installed"
        remedy = "install it beside CXR Lens (for PostgreSQL: pip install 'psycopg[binary]')"
        raise Refusal(url.database or "the store", problem, remedy) from None
    except (ArgumentError, TypeError, ValueError):
        raise _refuse_url() from None
    if is_sqlite:
        _prepare_sqlite(engine)
    return engine


def _prepare_sqlite(engine: sa.Engine) -> None:
    """Lets several processes read and write at once."""

    @sa.event.listens_for(engine, "connect")
    def set_up(connection: DBAPIConnection, _record: object) -> None:
        connection.isolation_level = None  # else sqlite3 begins transactions by itself, and only at the first write
        # SQLite refuses the switch at once, without waiting its turn, while another process makes the same one.
        # The mode belongs to the file, so losing that race is as good as winning it.
        with suppress(sqlite3.OperationalError):
            connection.cursor().execute("PRAGMA journal_mode=WAL")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # A transaction that turns from reading to writing fails where another has written meanwhile; this one waits.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _bring_up_to_date(engine: sa.Engine) -> None:
    revisions = _list_revisions()
    with engine.connect() as connection:
        if _read_revision(connection) == revisions[-1]:
            return
    with engine.execution_options(writes=True).begin() as connection:
        if engine.dialect.name == "postgresql":  # SQLite is locked by having begun to write
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA_LOCK})
        found = _read_revision(connection)
        if found not in (None, *revisions):
            raise Refusal(
                engine.url.database or "the store",
                f"was made by a newer version of CXR Lens (schema {found}, this one knows {revisions[-1]})",
                "update CXR Lens, or start afresh with another CXR_HOME or CXR_DATABASE_URL",
            )
        _migrate(connection)


def _list_revisions() -> list[str]:
    """The schema's revisions, oldest first: the numbers that begin the file names, so that Alembic need not load."""
    return sorted(file.name[:4] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _read_revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()


def _migrate(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@contextmanager
def _failures_in_words(url: sa.URL) -> Iterator[None]:
    """Turns the database's errors into refusals, except `IntegrityError`, which the caller understands better."""
    try:
        yield
    except IntegrityError:
        raise
    except SQLAlchemyError as error:
        problem = f"cannot be used as the store ({_read_cause(error, url)})"
        raise Refusal(url.database or "the store", problem, _find_remedy(error, url)) from None


def _read_cause(error: SQLAlchemyError, url: sa.URL) -> str:
    lines = str(getattr(error, "orig", None) or error).splitlines()
    cause = lines[0] if lines else type(error).__name__
    return cause.replace(url.password, "***") if url.password else cause


def _find_remedy(error: SQLAlchemyError, url: sa.URL) -> str:
    if url.get_backend_name() != "sqlite":
        return "check CXR_DATABASE_URL and that the database server is running"
    if type(error) is DatabaseError:  # its subclasses mean other things; this one, that the file itself is not right
        return "put a copy of the file back, or move it away and a new one is made"
    return "check that its folder exists, that you can write to it and that the disk is not full"
