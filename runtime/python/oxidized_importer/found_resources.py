"""What find_resources_in_path finds."""


class _Found:
    _shown = ()

    def __init__(self, **values):
        self.__dict__.update(values)

    def __repr__(self):
        shown = ", ".join(f'{name}="{getattr(self, name)}"' for name in self._shown)
        return f"<{type(self).__name__} {shown}>"


class PythonModuleSource(_Found):
    """module, source (bytes), is_package."""

    _shown = ("module",)


class PythonModuleBytecode(_Found):
    """module, bytecode (without the header of a .pyc file), optimize_level, is_package."""

    _shown = ("module", "optimize_level")


class PythonPackageResource(_Found):
    """package, name, data."""

    _shown = ("package", "name")


class PythonPackageDistributionResource(_Found):
    """package (the distribution's name), version, name, data."""

    _shown = ("package", "version", "name")


class PythonExtensionModule(_Found):
    """name; its library and whether it is a package are the collector's business."""

    _shown = ("name",)
