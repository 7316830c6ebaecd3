"""How Alembic reaches the store: on the connection, and in the transaction, that `store.py` hands over."""

from alembic import context

from cxr_core.store import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
context.run_migrations()
