# Run by a distribution's Python with its pip: tells which requirements a list of packages does not meet.
# Asked on standard input: {"pip": a wheel of pip or null, "requirements": [str], "extras": [str], "packages": [[name, version]]}
# Answered: [[requirement, version that is there or null]]
import json
import sys

asked = json.load(sys.stdin)
if asked["pip"]:
    sys.path.insert(0, asked["pip"])

from pip._vendor.packaging.requirements import InvalidRequirement, Requirement
from pip._vendor.packaging.utils import canonicalize_name

there = {}
for name, version in asked["packages"]:
    there.setdefault(canonicalize_name(name), []).append(version)


def applies(requirement):
    if requirement.marker is None:
        return True
    return any(requirement.marker.evaluate({"extra": extra}) for extra in ["", *asked["extras"]])


missing = []
for text in asked["requirements"]:
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        continue  # a path: it is not for a lock to say
    if not applies(requirement):
        continue
    versions = there.get(canonicalize_name(requirement.name), [])
    # A version that is not told is that of an archive or a folder.
    if any(not v or requirement.specifier.contains(v, prereleases=True) for v in versions):
        continue
    missing.append([text, versions[0] if versions else None])
print(json.dumps(missing))
