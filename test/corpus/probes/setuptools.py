import warnings
warnings.simplefilter("ignore")
import pkg_resources
print(pkg_resources.get_distribution("setuptools").version, pkg_resources.resource_exists("setuptools", "cli.exe"))
print(pkg_resources.resource_string("probe", "templates/base.html").strip().decode(), len(list(pkg_resources.iter_entry_points("distutils.commands"))) > 10)
