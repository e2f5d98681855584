import io
from rich.console import Console
from rich.markdown import Markdown
from rich.syntax import Syntax
from rich.table import Table
console = Console(file=io.StringIO(), force_terminal=True, width=40)
table = Table("name", "n")
table.add_row("größe", ":smiley:")
console.print(table, Markdown("# T\n* x"), Syntax("import os", "python"))
text = console.file.getvalue()
print("größe" in text, "\U0001f603" in text, "\x1b[" in text)
