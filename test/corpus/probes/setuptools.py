import warnings
warnings.simplefilter("ignore")
import pkg_resources
print(pkg_resources.get_distribution("setuptools").version, pkg_resources.resource_exists("setuptools", "cli.exe"))
print(pkg_resources.resource_string("probe", "templates/base.html").strip().decode(), len(list(pkg_resources.iter_entry_points("distutils.commands"))) > 10)
print(pkg_resources.require("setuptools")[0].project_name, pkg_resources.resource_isdir("probe", "templates"), pkg_resources.resource_isdir("probe", "none"))
print(pkg_resources.resource_listdir("probe", "templates"), pkg_resources.resource_exists("probe", "templates/none"))
with pkg_resources.resource_stream("probe", "static/style.css") as stream, open(pkg_resources.resource_filename("probe", "static/style.css"), "rb") as file:
    print(stream.read() == file.read() != b"")
(entry,) = pkg_resources.iter_entry_points("distutils.commands", "sdist")
print(entry.load().__module__)
