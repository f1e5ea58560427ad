"""Unpacks a part of an archive: unpack.py ARCHIVE FOLDER BEGINNING-OF-A-NAME..."""

import sys
import zipfile

archive, folder, *wanted = sys.argv[1:]
with zipfile.ZipFile(archive) as names:
    part = [name for name in names.namelist() if name.startswith(tuple(wanted))]
    if not part:
        sys.exit(f"{archive}: has none of {' '.join(wanted)}")
    names.extractall(folder, part)
