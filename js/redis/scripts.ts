/**
 * The scripts, as text. Each runs in one atomic step on one server and touches only the keys it was given.
 *
 * Texts, revisions and times are passed through as they are; numbers are made of them only to be compared. An error in the middle would leave
 * half of a write behind, so whatever may fail is asked for first, or undone. What went wrong with a key is answered as `{'e', key, message}`.
 */

/**
 * An entry has its fields in this order: revision, previous, time, delta. A context's hash has its version `v`, its revision `r`, and in `m`, with spaces between:
 * the version of the snapshot; of the log the number of entries, their bytes, the oldest's time; the newest's time; when context and deltas are due.
 */
const meta = "'^(%S*) (%S*) (%S*) (%S*) (%S*) (%S*) (%S*)$'";
const noted = (newest: string, expires: string, deltas: string) =>
  `string.format('%s %.0f %.0f %s %s %s %s', snapshot, kept, bytes, oldest, ${newest}, ${expires}, ${deltas})`;

/** What is published: what was done, the version, the revision and the id; where nobody could tell a revision with spaces from the id, that alone. */
const message = (sign: "+" | "-", version: string, revision: string) =>
  `string.find(${revision}, ' ', 1, true) and '? ' .. id or '${sign}' .. ${version} .. ' ' .. ${revision} .. ' ' .. id`;

// Pieces of scripts. Making a function takes as long as a short command, so functions are made where they are needed, not at the beginning.
const calls = "local call, pcall = redis.call, redis.pcall";
const news = `
local function news(log, version, revision)
  local entries = pcall('XRANGE', log, '(' .. version .. '-0', '+')
  if entries.err then return {'e', log, entries.err} end
  if entries[1] and entries[1][2][4] == revision then return {'t', entries} end
  return 'r'
end`;
const trimming = `
local function trim(log, head, snapshot, n, bytes, oldest, most, mostBytes, after)
  local all, first, last, entries, i = n, tonumber(head) - n + 1, tonumber(snapshot), {}, 1
  -- So many will probably go; by time as many as come between two looks at it.
  local count = after and (tonumber(oldest) or after) <= after and 16 or 1
  if most and n > most then count = math.max(count, n - most) end
  if mostBytes and bytes > mostBytes then count = math.max(count, math.ceil(n * (bytes - mostBytes) / bytes)) end
  local function isOver()
    return (most and n > most) or (mostBytes and bytes > mostBytes) or (after and (tonumber(oldest) or after) <= after)
  end
  while n > 0 and first <= last and isOver() do
    if n == all then entries = call('XRANGE', log, '-', '+', 'COUNT', math.min(64, count + 1)) end
    local gone = entries[i]
    if not gone then n = 0 break end
    bytes, n, first, i = bytes - #gone[2][8], n - 1, first + 1, i + 1
    if n > 0 and not entries[i] then
      entries, i = call('XRANGE', log, '(' .. gone[1], '+', 'COUNT', 64), 1
      if not entries[1] then n = 0 break end
    end
    if n > 0 then oldest = entries[i][2][6] end
  end
  if n == all then return n, bytes, oldest end
  if n > 0 then
    call('XTRIM', log, 'MINID', entries[i][1])
    return n, bytes, oldest
  end
  call('XTRIM', log, 'MAXLEN', 0)
  return 0, 0, ''
end`;

/**
 * Stores commits, each for itself. Arguments are few: each costs as much as a short command of the script.
 *
 * ARGV: how many; "S" to publish by SPUBLISH and "W" to write even where nothing is to be stored. Then of each commit: id; the revision of the base; what the
 * first entry's `previous` is where that isn't the base; in one text, with spaces between, its kind ("a" for entries alone, "s" with a snapshot, "r" for a reset),
 * how many entries, the base's version, when context and deltas are due, what to keep by count, bytes and time; of each entry its id, revision, time and
 * delta; the snapshot. At the end, with the keys for it: until when tombstones have ended that may go.
 * KEYS of each: context, log, due; with a snapshot: snapshot; with a reset: ids, tombstones, ends. At the end, maybe: tombstones and ends of a bucket to sweep.
 * Answers "k" where all are stored, else of each "k", {"c", version, revision, news} or an error.
 */
export const commit = `${calls}
local k, a = 0, 3
local options = ARGV[2]
local function commit()
  local id, revision, previous = ARGV[a], ARGV[a + 1], ARGV[a + 2]
  local kind, n, version, expires, deltas, most, mostBytes, after =
    string.match(ARGV[a + 3], '^(%a) (%d+) (%S*) (%S*) (%S*) (%S*) (%S*) (%S*)$')
  most, mostBytes, after = tonumber(most), tonumber(mostBytes), tonumber(after)
  local first = a + 4
  local last = first + 4 * (n - 1)
  a = last + 4
  local context, log, due = KEYS[k + 1], KEYS[k + 2], KEYS[k + 3]
  k = k + 3
  local state, key, ids, tombstones, ends
  if kind ~= 'a' then
    state, key = ARGV[a], KEYS[k + 1]
    a, k = a + 1, k + 1
    if kind == 'r' then
      ids, tombstones, ends = KEYS[k + 1], KEYS[k + 2], KEYS[k + 3]
      k = k + 3
    end
  end
  local head, headRevision = string.sub(ARGV[last], 1, -3), ARGV[last + 1]
  local old = pcall('HMGET', context, 'v', 'r', 'm')
  if old.err then return {'e', context, old.err} end
  if old[1] == head and old[2] == headRevision then
    if string.find(options, 'W') then pcall('HSET', context, 'v', head) end
    return 'k'
  end
  local had = old[1] and version == old[1] and revision == old[2]
  local buried = false
  if not old[1] and kind == 'r' then
    buried = pcall('HGET', tombstones, id)
    if type(buried) == 'table' then return {'e', tombstones, buried.err} end
    if buried then had = string.match(buried, '^%S+ (.*)$') == version .. ' ' .. revision else had = version == '' end
  end
  if not had then
    local tail = 'r'
    if old[1] and version ~= '' then
      ${news}
      tail = news(log, version, revision)
      if tail[1] == 'e' then return tail end
    end
    return {'c', old[1] or '', old[2] or '', tail}
  end
  local snapshot, kept, bytes, oldest, _, oldExpires, oldDeltas = '', 0, 0, '', '', '', ''
  if old[3] then snapshot, kept, bytes, oldest, _, oldExpires, oldDeltas = string.match(old[3], ${meta}) end
  if kind == 'r' then
    local reply = pcall('ZSCORE', due, 'c' .. id)
    if type(reply) == 'table' and reply.err then return {'e', due, reply.err} end
    reply = pcall('ZSCORE', ends, id)
    if type(reply) == 'table' and reply.err then return {'e', ends, reply.err} end
    reply = pcall('ZADD', ids, 0, id)
    if type(reply) == 'table' then return {'e', ids, reply.err} end
    call('UNLINK', log)
    kept, bytes = 0, 0
  else previous = revision end
  -- Before the log: what has been added to it can be taken away, but never added again.
  if expires ~= oldExpires or deltas ~= oldDeltas then
    local reply
    if expires ~= oldExpires then
      if expires ~= '' then reply = pcall('ZADD', due, expires, 'c' .. id) else reply = pcall('ZREM', due, 'c' .. id) end
    end
    if deltas ~= oldDeltas and (type(reply) ~= 'table' or not reply.err) then
      if deltas ~= '' then reply = pcall('ZADD', due, deltas, 'd' .. id) else reply = pcall('ZREM', due, 'd' .. id) end
    end
    if type(reply) == 'table' and reply.err then return {'e', due, reply.err} end
  end
  for at = first, last, 4 do
    local reply = pcall('XADD', log, ARGV[at], 'r', ARGV[at + 1], 'p', previous, 't', ARGV[at + 2], 'd', ARGV[at + 3])
    if type(reply) == 'table' and reply.err then
      for done = first, at - 4, 4 do pcall('XDEL', log, ARGV[done]) end
      if not old[1] then pcall('ZREM', ids, id) end
      return {'e', log, reply.err}
    end
    previous = ARGV[at + 1]
    bytes = bytes + #ARGV[at + 3]
  end
  if kept == 0 or kept == '0' then oldest = ARGV[first + 2] end
  kept = kept + n
  if key then
    call('SET', key, state)
    snapshot = head
  end
  if (most and kept > most) or (mostBytes and bytes > mostBytes) or (after and (tonumber(oldest) or after) <= after) then
    ${trimming}
    kept, bytes, oldest = trim(log, head, snapshot, kept, bytes, oldest, most, mostBytes, after)
  end
  call('HSET', context, 'v', head, 'r', headRevision, 'm', ${noted("ARGV[last + 2]", "expires", "deltas")})
  if buried then
    call('HDEL', tombstones, id)
    call('ZREM', ends, id)
  end
  -- It is a hint: whoever may not publish has been told when it opened.
  pcall(string.find(options, 'S') and 'SPUBLISH' or 'PUBLISH', string.sub(due, 1, -2) .. 'n', ${message("+", "head", "headRevision")})
  return 'k'
end
local answers, isWell = {}, true
for i = 1, tonumber(ARGV[1]) do
  local answer = commit()
  answers[i] = answer
  isWell = isWell and answer == 'k'
end
if KEYS[k + 1] then
  local ended = pcall('ZRANGEBYSCORE', KEYS[k + 2], '-inf', ARGV[a], 'LIMIT', 0, 2 * ARGV[1])
  if ended[1] and not ended.err then
    pcall('HDEL', KEYS[k + 1], unpack(ended))
    pcall('ZREM', KEYS[k + 2], unpack(ended))
  end
end
if isWell then return 'k' end
return answers
`;

/**
 * What has happened to contexts. KEYS of each: context, log. ARGV: how many; of each: version, revision.
 * Answers of each "s" for the same, "g" for gone, "r" for reload, {"t", entries} or an error.
 */
export const since = `${calls}${news}
local answers = {}
for i = 1, tonumber(ARGV[1]) do
  local context = KEYS[2 * i - 1]
  local head = pcall('HMGET', context, 'v', 'r')
  if head.err then answers[i] = {'e', context, head.err}
  elseif not head[1] then answers[i] = 'g'
  elseif head[1] == ARGV[2 * i] and head[2] == ARGV[2 * i + 1] then answers[i] = 's'
  else answers[i] = news(KEYS[2 * i], ARGV[2 * i], ARGV[2 * i + 1]) end
end
return answers
`;

/**
 * All of a context. KEYS: context, snapshot, log, tombstones. ARGV: id.
 * Answers {"x", version, revision, version of the snapshot, time, entries, snapshot}, {"d", tombstone}, {"n"} or an error.
 */
export const load = `${calls}
local context = pcall('HMGET', KEYS[1], 'v', 'r', 'm')
if context.err then return {'e', KEYS[1], context.err} end
if context[1] then
  local snapshot = pcall('GET', KEYS[2])
  if type(snapshot) == 'table' then return {'e', KEYS[2], snapshot.err} end
  local entries = pcall('XRANGE', KEYS[3], '-', '+')
  if entries.err then return {'e', KEYS[3], entries.err} end
  local at, _, _, _, newest = string.match(context[3], ${meta})
  return {'x', context[1], context[2], at, newest, entries, snapshot}
end
local tombstone = pcall('HGET', KEYS[4], ARGV[1])
if type(tombstone) == 'table' then return {'e', KEYS[4], tombstone.err} end
if tombstone then return {'d', tombstone} end
return {'n'}
`;

/**
 * Removes a context or a tombstone. KEYS: context, snapshot, log, due, ids, tombstones, ends.
 * ARGV: id, the command that publishes, when the tombstone may go, version and revision or "", the latest time or "", a word
 * that no other removal has: it stands in the tombstone, so that one that was sent twice is known.
 * Answers {"h", tombstone}, {"n"} or an error.
 */
export const remove = `${calls}
local id, before = ARGV[1], tonumber(ARGV[6])
local context = pcall('HMGET', KEYS[1], 'v', 'r', 'm')
if context.err then return {'e', KEYS[1], context.err} end
local buried = pcall('HGET', KEYS[6], id)
if type(buried) == 'table' then return {'e', KEYS[6], buried.err} end
local lasts = pcall('ZSCORE', KEYS[7], id)
if type(lasts) == 'table' and lasts.err then return {'e', KEYS[7], lasts.err} end
if not context[1] then
  if buried and string.match(buried, '^%S+') == ARGV[7] then return {'h', buried} end
  if not (buried and before and (not lasts or tonumber(lasts) <= before)) then return {'n'} end
  local reply = pcall('HDEL', KEYS[6], id)
  if type(reply) == 'table' then return {'e', KEYS[6], reply.err} end
  call('ZREM', KEYS[7], id)
  return {'h', buried}
end
if before then
  local expires = tonumber(select(6, string.match(context[3], ${meta})), 10)
  if not (expires and expires <= before) then return {'n'} end
elseif context[1] ~= ARGV[4] or context[2] ~= ARGV[5] then return {'n'} end
local reply = pcall('ZREM', KEYS[4], 'c' .. id, 'd' .. id)
if type(reply) == 'table' then return {'e', KEYS[4], reply.err} end
reply = pcall('ZREM', KEYS[5], id)
if type(reply) == 'table' then return {'e', KEYS[5], reply.err} end
local head = ARGV[7] .. ' ' .. context[1] .. ' ' .. context[2]
call('UNLINK', KEYS[1], KEYS[2], KEYS[3])
call('HSET', KEYS[6], id, head)
call('ZADD', KEYS[7], ARGV[3], id)
pcall(ARGV[2], string.sub(KEYS[4], 1, -2) .. 'n', ${message("-", "context[1]", "context[2]")})
return {'h', head}
`;

/**
 * Trims a log. KEYS: context, log, due. ARGV: id, what to keep by count, bytes and time, how long deltas last or "".
 * Answers how many entries went, or an error.
 */
export const trim = `${calls}${trimming}
local context = pcall('HMGET', KEYS[1], 'v', 'm')
if context.err then return {'e', KEYS[1], context.err} end
if not context[1] then return '0' end
local wrong = pcall('XLEN', KEYS[2])
if type(wrong) == 'table' then return {'e', KEYS[2], wrong.err} end
wrong = pcall('ZSCORE', KEYS[3], 'd' .. ARGV[1])
if type(wrong) == 'table' and wrong.err then return {'e', KEYS[3], wrong.err} end
-- First: where memory is short, only taking away is allowed, and after it the rest.
call('ZREM', KEYS[3], 'd' .. ARGV[1])
local snapshot, all, bytes, oldest, newest, expires = string.match(context[2], ${meta})
local after, ttl, kept = tonumber(ARGV[4]), tonumber(ARGV[5]), nil
kept, bytes, oldest = trim(KEYS[2], context[1], snapshot, tonumber(all), tonumber(bytes), oldest, tonumber(ARGV[2]), tonumber(ARGV[3]), after)
local next = ''
if ttl and kept > 0 then
  local time, start = tonumber(oldest), '-'
  while time and after and time <= after do
    time = nil
    for _, entry in ipairs(call('XRANGE', KEYS[2], start, '+', 'COUNT', 64)) do
      start = '(' .. entry[1]
      time = tonumber(entry[2][6])
      if time > after then break end
    end
  end
  if time then next = string.format('%.17g', time + ttl) end
end
if next ~= '' then call('ZADD', KEYS[3], next, 'd' .. ARGV[1]) end
call('HSET', KEYS[1], 'm', ${noted("newest", "expires", "next")})
return tostring(all - kept)
`;

/**
 * What is due. KEYS: sorted sets. ARGV: until when, how many of each; of each: how many to leave out.
 * Answers of each: member, time, member, time…
 */
export const due = `
local answers = {}
for i, key in ipairs(KEYS) do
  answers[i] = redis.call('ZRANGEBYSCORE', key, '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', ARGV[i + 2], ARGV[2])
end
return answers
`;

/**
 * Ids in order. KEYS: sorted sets. ARGV: "asc" or "desc", how many of each, the prefix; of each: the id to go on after, or "" for the beginning.
 * Answers of each: ids.
 */
export const list = `
local answers = {}
local low, high = '-', '+'
if ARGV[3] ~= '' then low, high = '[' .. ARGV[3], '(' .. ARGV[3] .. '\\255' end
for i, key in ipairs(KEYS) do
  local after = ARGV[i + 3]
  if ARGV[1] == 'asc' then
    answers[i] = redis.call('ZRANGEBYLEX', key, after == '' and low or '(' .. after, high, 'LIMIT', 0, ARGV[2])
  else
    answers[i] = redis.call('ZREVRANGEBYLEX', key, after == '' and high or '(' .. after, low, 'LIMIT', 0, ARGV[2])
  end
end
return answers
`;
