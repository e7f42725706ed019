"""Builds the wheel: pure Python, and nothing but the standard library is needed for it. Usage: build_wheel.py FOLDER"""

import base64
import hashlib
import pathlib
import re
import sys
import zipfile

here = pathlib.Path(__file__).parent
package = here / "albert_native_spark"
version = re.search(r'__version__ = "(.+)"', (package / "_version.py").read_text())[1]
info = f"albert_native_spark-{version}.dist-info"

files = {f"albert_native_spark/{path.name}": path.read_bytes() for path in sorted(package.glob("*.py"))}
files[f"{info}/METADATA"] = "\n".join([
    "Metadata-Version: 2.1", "Name: albert-native-spark", f"Version: {version}",
    "Summary: Spark NLP's annotators over ALBERT and BERT models, by Arrow and without a JVM library",
    "License: Apache-2.0", "Requires-Python: >=3.9", "Requires-Dist: pyarrow", "Requires-Dist: pyspark>=3.3", "", ""]).encode()
files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: build_wheel\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
record = "".join(
    f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()},{len(content)}\n"
    for name, content in files.items())
files[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()

target = pathlib.Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
wheel = target / f"albert_native_spark-{version}-py3-none-any.whl"
with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
    for name, content in files.items():
        # The same bytes from the same sources.
        archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
print(wheel)
