#!/bin/bash
# Runs in a bare Debian 12 that has the packages in /packages: installs them, a part at a time, and uses what is then there.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
cd /packages
step() { printf '\n== %s\n' "$*"; }

step "The program"
apt-get update -qq
apt-get install -y -qq ./toccata_*.deb ./toccata-models_*.deb >/dev/null
cd /root
toccata --version
toccata models
toccata generate chorales --batch 1 --steps 128 --seed 1 --out made
toccata render made/*.mid --picture made/piece.png --audio made/piece.flac   # the soundfont comes with Recommends
toccata generate --again made/*.mid --out again
cmp made/*.mid again/*.mid
toccata score chorales made/*.mid >scored.csv   # not into head: what is written into a closed pipe fails
head -3 scored.csv
toccata studio --port 8123 & studio=$!
for i in $(seq 50); do (exec 3<>/dev/tcp/127.0.0.1/8123) 2>/dev/null && break; sleep 0.2; done
exec 3<>/dev/tcp/127.0.0.1/8123
printf 'GET / HTTP/1.0\r\nHost: localhost:8123\r\n\r\n' >&3
grep -q '<title>' <&3
kill -INT $studio; wait $studio || [ $? = 130 ]
! ldd /usr/bin/toccata | grep -e 'not found' -e torch

step "Training"
small="--batches 20 --time-units 24 --note-units 12 --batch-size 2 --time-steps 32 --save-every 20"
toccata train /packages/examples --name mine $small
toccata generate mine --batch 1 --steps 64
toccata train /packages/examples --name by-torch $small --engine torch && exit 1   # says which package is missing
apt-get install -y -qq /packages/toccata-torch_*.deb >/dev/null
toccata --version
toccata train /packages/examples --name by-torch $small --engine torch

step "Manual pages and completions"
apt-get install -y -qq man-db bash-completion >/dev/null
test -f /usr/share/man/man1/toccata.1.gz
bash -c 'source /usr/share/bash-completion/completions/toccata; COMP_WORDS=(toccata gen); COMP_CWORD=1; _toccata; [ "${COMPREPLY[*]}" = generate ]'
for package in toccata toccata-torch toccata-models; do test -s /usr/share/doc/$package/copyright; done

step "The library"
apt-get install -y -qq /packages/libtoccata-dev_*.deb g++ cmake make pkg-config >/dev/null
cp -r /usr/share/doc/libtoccata-dev/examples example
cmake -S example -B example/build >/dev/null
cmake --build example/build
example/build/compose chorales 1
g++ example/compose.cc -o by-pkg-config $(pkg-config --cflags --libs toccata)
./by-pkg-config chorales 1

step "And away again"
apt-get purge -y -qq toccata toccata-torch toccata-models libtoccata-dev >/dev/null
! ls /usr/bin/toccata* /usr/share/toccata 2>/dev/null
