"""The same counts in plain Python, for a small size: `plain.py PEOPLE ACCOUNTS`. What both programs must agree with."""
import collections
import csv
import glob
import json
import sys
import unicodedata

people, accounts = sys.argv[1:3]
number, claims, gone = {}, collections.defaultdict(set), []


def fold(text):
    return unicodedata.normalize("NFC", text.strip()).casefold()


for i, row in enumerate(csv.DictReader(open(people, encoding="utf-8-sig", newline=""))):
    number[row["employee_number"].strip()] = i
    gone.append(row["status"].lower() == "terminated")
    for column in ("email", "alias"):
        if "@" in row[column]:
            claims[fold(row[column])].add(i)
situation, rule, total = collections.Counter(), collections.Counter(), 0
for name in glob.glob(accounts + "/*.csv"):
    held = collections.Counter()
    for row in csv.DictReader(open(name, encoding="utf-8-sig", newline="")):
        total += 1
        active = row["status"].lower() == "active"
        if row["kind"] != "human":
            situation["unmatched"] += 1
            continue
        person = number.get(row["employee_number"].strip())
        claimed = claims.get(fold(row["email"]), set()) if "@" in row["email"] else set()
        owners = claimed if person is None else {person} if not claimed or person in claimed else set()
        if len(owners) == 1:
            (owner,) = owners
            situation["linked"] += 1
            held[owner] += 1
            rule["leaver_account"] += gone[owner] and active
        elif owners or person is not None:
            situation["disputed"] += 1
            rule["disputed_account"] += 1
        else:
            situation["unmatched"] += 1
            rule["unmatched_account"] += active
    rule["duplicate_account"] += sum(n > 1 for n in held.values())
print(json.dumps({"people": len(gone), "accounts": total, "by_situation": situation, "by_rule": rule}))
