# Runs a plan on a small disk of its own, whose second task fills it, or makes it read-only. Arguments: where to mount it, what is done to it
# and how that is undone, and the command line of plans.
set -eu
disk=$1
harm=$2
mend=$3
shift 3
mount -t tmpfs -o size=3m tmpfs "$disk"
cd "$disk"
git init --quiet --initial-branch=main
git config user.name Ada
git config user.email ada@example.org
git config gc.auto 0
mkdir plans
echo fill > .gitignore
cat > plans/demo.plan.md <<'PLAN'
---
status: ready
---

# Demo

- [ ] One

  ```yaml
  id: one
  run: "echo 1 > one.txt"
  ```

- [ ] Two

  ```yaml
  id: two
  run: "echo $PLANS_TASK >> two.txt; if test ! -e freed; then HARM; fi"
  ```

- [ ] Three

  ```yaml
  id: three
  run: "echo 3 > three.txt"
  ```
PLAN
sed -i "s#HARM#$harm#" plans/demo.plan.md
git add --all
git commit --quiet -m init
echo freed >> .git/info/exclude
code=0
"$@" run demo --quiet || code=$?
echo "first $code $(git rev-list --count HEAD) $(git log --format=%s -1)"
sh -c "$mend"
touch freed
code=0
"$@" run demo --quiet || code=$?
echo "second $code"
git log --format='%s' --reverse
git status --porcelain
cat two.txt
git for-each-ref --format='%(refname)' refs/plans
ls plans .git/plans
git fsck --strict --no-dangling
