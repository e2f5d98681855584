import os, tempfile, sqlalchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): pass
class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
with tempfile.TemporaryDirectory() as folder:
    engine = sqlalchemy.create_engine("sqlite:///" + os.path.join(folder, "db.sqlite"))
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all([User(name="Ada"), User(name="Alan")])
        session.commit()
        print(session.scalars(sqlalchemy.select(User.name).order_by(User.name)).all())
    engine.dispose()
import sqlalchemy.cyextension.collections
