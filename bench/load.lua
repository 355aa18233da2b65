-- Requests for wrk, and what came of them as one line of JSON. Called by bench/load.py:
--
--   wrk ... URL -- FILE FROM STEP
--
-- FILE has three pieces of a request path on three lines, and then one entity per line, all percent-encoded. Request k is
-- piece, entity, piece, entity, piece, with another pair of entities for each k below the square of their number: no cache
-- can know it. FROM is the first k; STEP is 1, or 0 for the same request again and again.
-- The pairs are made here because a file of all the paths that a fast server takes would be hundreds of megabytes.

local ffi = require("ffi")

local head, middle, tail
local entities = {}
local following, step = 0, 1

local function path(k)
  local n = #entities
  local i = k % n
  local j = (math.floor(k / n) + i + 1) % n  -- as in bench/workloads.py
  return head .. entities[i + 1] .. middle .. entities[j + 1] .. tail
end

function init(arguments)
  local lines = io.lines(arguments[1])
  local first, second, third = lines(), lines(), lines()
  for line in lines do entities[#entities + 1] = line end
  following, step = tonumber(arguments[2]), tonumber(arguments[3])
  -- The text around the path is the same for all requests: put together once.
  local mark = "/THE-PATH"
  local request = wrk.format("GET", mark)
  local from, to = request:find(mark, 1, true)
  head, middle, tail = request:sub(1, from - 1) .. first, second, third .. request:sub(to + 1)
end

function request()
  local made = path(following)
  following = following + step
  return made
end

-- wrk "corrects" its latencies for requests that a slow answer kept from being sent (stats_correct in its src/stats.c): with
-- one stall of 200 ms in 200 requests its 75th percentile is 98 ms. That is right for a stream with a fixed rate and
-- fiction for clients that wait for their answer, as ours do. So its correction is taken back: from the largest latency
-- down, each count is the measured one once those of all larger latencies have been removed from it.
ffi.cdef("typedef struct { uint64_t count, limit, min, max; uint64_t data[]; } wrk_stats;")

local function measured(summary, latency)
  local connections = tonumber(os.getenv("KG_BENCH_CLIENTS"))
  local stats = ffi.cast("wrk_stats **", latency)[0]
  local smallest, largest = tonumber(stats.min), tonumber(stats.max)
  local counts, total = {}, 0
  if summary.requests == 0 or smallest ~= latency.min or largest ~= latency.max then return nil end
  for n = 0, largest do counts[n] = tonumber(stats.data[n]) end
  local rounds = math.floor(summary.requests / connections)
  if rounds > 0 then
    local expected = math.floor(summary.duration / rounds)
    for n = largest, expected * 2, -1 do
      local count, m = counts[n], n - expected
      while count > 0 and m > expected do
        counts[m] = counts[m] - count
        m = m - expected
      end
    end
  end
  for n = 0, largest do
    if counts[n] < 0 then return nil end
    total = total + counts[n]
  end
  if total ~= summary.requests - summary.errors.timeout then return nil end
  return counts, total, largest
end

local function percentile(counts, total, largest, share)
  local rank, seen = math.max(1, math.ceil(share * total)), 0
  for n = 0, largest do
    seen = seen + counts[n]
    if seen >= rank then return n end
  end
end

function done(summary, latency, _)
  local counts, total, largest = measured(summary, latency)
  local form = '\n{"requests": %d, "us": %d, "p50": %s, "p95": %s, "p99": %s, "non2xx": %d, "timeout": %d, "socket": %d}\n'
  local function shown(share) return counts and tostring(percentile(counts, total, largest, share)) or "null" end
  local errors = summary.errors
  io.write(form:format(
    summary.requests, summary.duration, shown(0.5), shown(0.95), shown(0.99),
    errors.status, errors.timeout, errors.connect + errors.read + errors.write
  ))
end
