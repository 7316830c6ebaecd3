import shutil
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from threading import Timer

import pytest
from sqlalchemy import create_engine

from cxr_core import store
from cxr_core.store import describe_store, open_store
from cxr_core.types import Refusal

SECOND_REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.add_column("datasets", sa.Column("note", sa.Text, nullable=False, server_default="none yet"))
"""

ADD_FIFTY = """
import sys
from cxr_core.store import open_store

print("loaded", flush=True)
sys.stdin.readline()
store = open_store()
for number in range(50):
    store.add_dataset(f"{sys.argv[1]} {number}", "/data")
"""

HANG_AFTER_INSERT = """
import time
from sqlalchemy import Engine, event
from cxr_core.store import open_store

store = open_store()

@event.listens_for(Engine, "after_cursor_execute")
def hang(connection, cursor, statement, *rest):
    if statement.startswith("INSERT"):
        print("inserted", flush=True)
        time.sleep(600)

store.add_dataset("half done", "/data")
"""


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/store.sqlite"


@pytest.fixture
def later_version(tmp_path, monkeypatch):
    """Makes this program the next version of itself, whose schema has one revision more."""

    def step_forward():
        shutil.copytree(store.MIGRATIONS, tmp_path / "later")
        (tmp_path / "later" / "versions" / "0002_notes.py").write_text(SECOND_REVISION)
        monkeypatch.setattr(store, "MIGRATIONS", tmp_path / "later")

    return step_forward


def start(program, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_data_sets_come_back_newest_first_from_a_store_opened_again(url):
    before = datetime.now(UTC)
    first = open_store(url)
    added = [first.add_dataset("kermany", "/data/kermany"), first.add_dataset("Zürich “2”", "/data/z.zip")]
    first.close()

    assert open_store(url).list_datasets() == added[::-1]
    assert [(record.name, record.location) for record in added] == [
        ("kermany", "/data/kermany"),
        ("Zürich “2”", "/data/z.zip"),
    ]
    assert before <= added[0].added_at <= added[1].added_at <= before + timedelta(minutes=5)


def test_a_name_that_is_taken_is_refused_and_the_first_record_stays(url):
    opened = open_store(url)
    opened.add_dataset("kermany", "/first")
    with pytest.raises(Refusal, match="“kermany” is the name of another data set: choose a new name"):
        opened.add_dataset("kermany", "/second")
    assert [record.location for record in opened.list_datasets()] == ["/first"]


def test_a_removed_data_set_is_gone_and_its_name_free_again(url):
    opened = open_store(url)
    opened.add_dataset("one", "/1")
    opened.add_dataset("two", "/2")
    opened.remove_dataset("one")
    assert [record.name for record in opened.list_datasets()] == ["two"]
    opened.add_dataset("one", "/3")
    assert [record.location for record in opened.list_datasets()] == ["/3", "/2"]


def test_removing_a_data_set_that_is_not_there_is_refused(url):
    with pytest.raises(Refusal, match="“missing” is not among the data sets"):
        open_store(url).remove_dataset("missing")


def test_a_path_that_is_not_valid_text_is_refused(url):
    with pytest.raises(Refusal, match="not valid text: rename it"):
        open_store(url).add_dataset("odd", "/data/\udcff")


def test_the_migrations_build_the_tables_that_the_program_uses(url):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    open_store(url).close()
    with create_engine(url).connect() as connection:
        found = MigrationContext.configure(connection, opts={"version_table": store.VERSION_TABLE})
        assert compare_metadata(found, store.METADATA) == []


def test_the_file_names_of_the_migrations_tell_alembic_s_own_order():
    from alembic.script import ScriptDirectory

    walk = ScriptDirectory(store.MIGRATIONS).walk_revisions()
    assert store._list_revisions() == [revision.revision for revision in walk][::-1]


def test_an_older_schema_is_brought_up_to_date_and_keeps_its_rows(url, later_version):
    older = open_store(url)
    kept = older.add_dataset("kermany", "/data")
    older.close()

    later_version()
    later = open_store(url)
    assert later.list_datasets() == [kept]
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        assert connection.execute("SELECT name, note FROM datasets").fetchall() == [("kermany", "none yet")]
    assert describe_store(url).revision == "0002"


def test_a_migration_that_fails_leaves_the_older_schema_and_its_rows(url, later_version, monkeypatch):
    kept = open_store(url).add_dataset("kermany", "/data")
    later_version()
    with (store.MIGRATIONS / "versions" / "0002_notes.py").open("a") as file:
        file.write("    op.execute('SELECT 1 FROM nowhere')\n")
    with pytest.raises(Refusal, match="no such table: nowhere"):
        open_store(url)
    monkeypatch.undo()
    assert open_store(url).list_datasets() == [kept]
    assert describe_store(url).revision == "0001"


def test_a_store_of_a_newer_version_is_refused(url, later_version, monkeypatch):
    later_version()
    open_store(url).close()
    monkeypatch.undo()
    with pytest.raises(Refusal, match=r"newer version of CXR Lens \(schema 0002, this one knows 0001\): update"):
        open_store(url)


def test_two_processes_open_an_empty_store_at_once_and_lose_no_row(url, monkeypatch):
    monkeypatch.setenv("CXR_DATABASE_URL", url)
    writers = [start(ADD_FIFTY, name) for name in ("left", "right")]
    for writer in writers:  # both have loaded their libraries before either may open
        assert writer.stdout.readline() == "loaded\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    names = {record.name for record in open_store().list_datasets()}
    assert names == {f"{name} {number}" for name in ("left", "right") for number in range(50)}


def test_opening_waits_for_another_that_is_just_making_the_store(url):
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    end = Timer(0.3, other.execute, ["ROLLBACK"])
    end.start()
    assert open_store(url).list_datasets() == []
    end.join()
    other.close()


def test_a_writer_killed_in_mid_transaction_leaves_no_partial_row_and_no_lock(url, monkeypatch):
    monkeypatch.setenv("CXR_DATABASE_URL", url)
    kept = open_store(url).add_dataset("kept", "/data")
    writer = start(HANG_AFTER_INSERT)
    assert writer.stdout.readline() == "inserted\n"
    writer.send_signal(signal.SIGKILL)
    writer.wait(timeout=60)

    opened = open_store(url)
    assert opened.list_datasets() == [kept]
    after = opened.add_dataset("after", "/data")
    assert opened.list_datasets() == [after, kept]


def test_a_reader_sees_the_last_finished_state_while_another_writes(url):
    opened = open_store(url)
    kept = opened.add_dataset("kept", "/data")
    writer = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    writer.execute("DELETE FROM datasets")
    assert opened.list_datasets() == [kept]
    writer.execute("ROLLBACK")
    writer.close()


def test_by_default_the_store_is_a_file_in_the_user_s_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("CXR_DATABASE_URL", raising=False)
    monkeypatch.setenv("CXR_HOME", str(tmp_path / "who? 100% #1"))  # letters that mean something in an address
    record = open_store().add_dataset("kermany", "/data")
    assert (tmp_path / "who? 100% #1" / "store.sqlite").is_file()
    assert open_store().list_datasets() == [record]


def test_the_address_in_the_environment_wins_over_the_user_s_folder(url, tmp_path, monkeypatch):
    monkeypatch.setenv("CXR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CXR_DATABASE_URL", url)
    open_store().close()
    assert (tmp_path / "store.sqlite").is_file()
    assert not (tmp_path / "home").exists()


def test_a_file_that_is_no_database_is_refused(url, tmp_path):
    (tmp_path / "store.sqlite").write_bytes(b"not a database at all, but long enough to look like one" * 20)
    with pytest.raises(Refusal, match=r"“store.sqlite” .*file is not a database.*: put a copy of the file back"):
        open_store(url)


def test_a_database_damaged_inside_is_refused_when_it_is_read(url, tmp_path):
    opened = open_store(url)
    for number in range(200):
        opened.add_dataset(f"data set {number}", "/data/" + "x" * 500)
    opened.close()
    whole = (tmp_path / "store.sqlite").read_bytes()
    (tmp_path / "store.sqlite").write_bytes(whole[: 5 * 4096] + b"\xff" * (len(whole) - 5 * 4096))
    with pytest.raises(Refusal, match=r"“store.sqlite” .*malformed.*: put a copy of the file back"):
        open_store(url).list_datasets()


def test_a_store_in_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(Refusal, match=r"unable to open database file.*: check that its folder exists"):
        open_store(f"sqlite:///{tmp_path}/nowhere/store.sqlite")


@pytest.mark.parametrize(
    "address",
    [
        "postgres:/user:hunter2",
        "postgresql://user:hunter2@host:port/lens",
        "nosuchdatabase://user:hunter2@host/lens",
        "sqlite://user:hunter2@host/lens",
        "postgresql+nosuchdriver://user:hunter2@host/lens",
        "oracle+cx_oracle://user:hunter2@host/lens",  # a driver that is not installed
    ],
)
def test_an_address_of_no_use_is_refused_in_one_line_without_its_password(address, monkeypatch):
    monkeypatch.setenv("CXR_DATABASE_URL", address)
    with pytest.raises(Refusal) as refusal:
        open_store()
    status = describe_store()
    assert status.problem == str(refusal.value)
    assert not status.ok
    assert "\n" not in status.problem
    assert "hunter2" not in status.problem + status.address


def test_a_driver_that_is_not_installed_is_named():
    with pytest.raises(Refusal, match="needs the Python module cx_Oracle, which is not installed: install it"):
        open_store("oracle+cx_oracle://user:hunter2@host/lens")


def test_the_status_of_a_good_store_gives_its_schema_and_hides_what_the_query_says(url):
    status = describe_store(url + "?timeout=5")
    assert status.ok
    assert (status.address, status.revision, status.problem) == (url, store._list_revisions()[-1], None)


def test_opening_a_store_that_is_up_to_date_does_not_load_alembic(url):
    open_store(url).close()
    program = (
        "import sys; from cxr_core.store import open_store; "
        f"open_store({url!r}); print('alembic' in sys.modules, 'tensorflow' in sys.modules)"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert printed == "False False\n"
