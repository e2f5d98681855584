import jinja2, os, tempfile
with tempfile.TemporaryDirectory() as folder:
    open(os.path.join(folder, "real.html"), "w").write("{% extends 'base.html' %}{% block b %}{{ x|upper }}{% endblock %}")
    loader = jinja2.ChoiceLoader([jinja2.FileSystemLoader(folder), jinja2.PackageLoader("probe")])
    print(jinja2.Environment(loader=loader, autoescape=True).get_template("real.html").render(x="<a>"))
