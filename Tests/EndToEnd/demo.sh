#!/usr/bin/env bash
# The main job with no key and no network: a streaming Anthropic request through `aor serve` to a Chat upstream
# (`aor echo`), as two real processes in a temporary home. Fails unless the log row shows both protocols.
#
#   Tests/EndToEnd/demo.sh [path of aor]
set -euo pipefail

aor=$(cd "$(dirname "${1:-.build/debug/aor}")" && pwd)/$(basename "${1:-.build/debug/aor}")
scratch=$(mktemp -d "${TMPDIR:-/tmp}/aor-demo.XXXXXX")
export AOR_HOME=$scratch/home
unset AOR_SECRET_KEY_FILE http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY 2>/dev/null || true
started=()

finish() {
  local status=$?
  for pid in ${started[@]+"${started[@]}"}; do kill "$pid" 2>/dev/null || true; done
  for pid in ${started[@]+"${started[@]}"}; do wait "$pid" 2>/dev/null || true; done
  if [ "$status" -ne 0 ]; then
    for log in "$scratch"/*.log; do [ -s "$log" ] && { echo "--- ${log##*/}"; tail -n 20 "$log"; }; done >&2
  fi
  rm -rf "$scratch"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

say() { if [ -t 1 ]; then printf '\n\033[1m%s\033[0m\n' "$*"; else printf '\n%s\n' "$*"; fi; }
show() { printf '$ %s\n' "$*"; }

# Starts a server in the background and sets `address` to where it listens.
start() {
  local name=$1 tries
  shift
  show "aor $*"
  "$aor" "$@" >"$scratch/$name.log" 2>&1 </dev/null &
  started+=("$!")
  for tries in $(seq 1 200); do
    address=$(grep -oE 'http://127\.0\.0\.1:[1-9][0-9]*' "$scratch/$name.log" | head -n 1) && break
    kill -0 "${started[${#started[@]}-1]}" 2>/dev/null || { echo "aor $* ended" >&2; exit 1; }
    sleep 0.1
  done
  [ -n "${address:-}" ] || { echo "aor $* printed no address" >&2; exit 1; }
  echo "listening on $address"
}

say "1. An upstream that speaks OpenAI Chat only"
start echo echo --protocol openai-chat --port 0
upstream=$address

say "2. A provider and a route"
show "aor provider add echo --protocol openai-chat --base-url $upstream/v1 --token-stdin"
printf 'not-a-real-token\n' | "$aor" provider add echo --protocol openai-chat --base-url "$upstream/v1" --token-stdin
show "aor route set default echo/"
"$aor" route set default echo/

say "3. The gateway"
start serve serve --port 0
gateway=$address

say "4. A streaming request as Claude Code would send it: Anthropic Messages"
body='{"model":"claude-sonnet-5","max_tokens":200,"stream":true,"messages":[{"role":"user","content":"Hello from an Anthropic client"}]}'
show "curl -N $gateway/oc/default/v1/messages -d '$body'"
curl --silent --show-error --no-buffer --fail-with-body --max-time 30 --noproxy '*' \
  -H 'content-type: application/json' -H 'anthropic-version: 2023-06-01' -H 'x-api-key: any' \
  -d "$body" "$gateway/oc/default/v1/messages" | tee "$scratch/answer"
answer=$(grep -o '"type":"text_delta","text":"[^"]*"' "$scratch/answer" | sed 's/.*"text":"//; s/"$//' | tr -d '\n')
[ -n "$answer" ] || { echo "the answer has no text" >&2; exit 1; }
grep -q '^event: message_stop' "$scratch/answer" || { echo "the stream has no end" >&2; exit 1; }
printf '\nthe answer: %s\n' "$answer"

say "5. The route it took"
show "aor route explain claude-sonnet-5 --protocol anthropic"
"$aor" route explain claude-sonnet-5 --protocol anthropic --no-pager

say "6. Its row in the log"
# Rows are written in batches, a quarter of a second apart.
for _ in $(seq 1 100); do
  row=$("$aor" logs list --limit 1 --json id,clientProtocol,upstreamProtocol,exchangePath,status)
  id=$(printf '%s' "$row" | grep -oE '"req_[0-9a-z]+"' | tr -d '"') && break
  sleep 0.1
done
[ -n "${id:-}" ] || { echo "the request is not in the log" >&2; exit 1; }
show "aor logs show $id"
"$aor" logs show "$id" --no-pager
has() { printf '%s' "$row" | tr -d ' \n' | grep -qF "$1" || { echo "the row lacks $1: $row" >&2; exit 1; }; }
has '"clientProtocol":"anthropic"'
has '"upstreamProtocol":"openai-chat"'
has '"exchangePath":"translated"'
has '"status":200'

say "It works: an Anthropic client was answered by a Chat upstream."
