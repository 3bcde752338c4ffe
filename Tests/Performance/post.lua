-- wrk: posts the body in the file $BENCH_BODY with the headers in $BENCH_HEADERS, and prints what came of it as JSON.
local body = assert(io.open(os.getenv("BENCH_BODY"), "rb"))
wrk.method = "POST"
wrk.body = body:read("*a")
body:close()
for name, value in os.getenv("BENCH_HEADERS"):gmatch("([^:\n]+): ([^\n]*)") do wrk.headers[name] = value end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\n{"done": %d, "wrong": %d, "seconds": %.6f, "p50": %.1f, "p99": %.1f}\n', summary.requests,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout, summary.duration / 1e6,
    latency:percentile(50), latency:percentile(99)))
end
