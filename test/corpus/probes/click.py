import click, importlib.metadata
from click.testing import CliRunner
@click.command()
@click.option("--count", default=1, type=click.IntRange(1, 3))
@click.argument("name")
def hello(count, name):
    click.echo("hello %s " % name * count)
print(CliRunner().invoke(hello, ["--count", "2", "Ada"]).output.strip(), CliRunner().invoke(hello, ["--count", "9", "Ada"]).exit_code, importlib.metadata.version("click"))
