/**
 * The scripts, as text. Each runs in one atomic step on one server and touches only the keys it was given.
 *
 * Texts, revisions and times are passed through as they are; numbers are made of them only to be compared. An error in the middle would leave
 * half of a write behind, so whatever may fail is asked for first, or undone. What went wrong with a key is answered as `{'e', key, message}`.
 */

/** Entries of a log, as their fields lie in the stream: revision, previous, time, delta. */
const common = `
local call, pcall = redis.call, redis.pcall
local function failed(key, reply) return {'e', key, reply.err} end
local function news(log, version, revision)
  local entries = pcall('XRANGE', log, '(' .. version .. '-0', '+')
  if entries.err then return failed(log, entries) end
  if entries[1] and entries[1][2][4] == revision then return {'t', entries} end
  return 'r'
end
local function trim(log, head, snapshot, n, bytes, oldest, most, mostBytes, after)
  local all, first, last, entries, i = n, tonumber(head) - n + 1, tonumber(snapshot), {}, 1
  local function isOver()
    return (most and n > most) or (mostBytes and bytes > mostBytes) or (after and (tonumber(oldest) or after) <= after)
  end
  while n > 0 and first <= last and isOver() do
    if first == tonumber(head) - all + 1 then entries = call('XRANGE', log, '-', '+', 'COUNT', 2) end
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
end
`;

/**
 * Stores commits, each for itself.
 *
 * ARGV: how many, the command that publishes, until when tombstones have ended, "1" to write even where nothing is to be stored; then of each: id, kind ("" for entries alone,
 * "s" with a snapshot, "r" for a reset), how many entries, version and revision of the base, when context and deltas are due, what to keep by count,
 * bytes and time; of each entry: version, revision, previous, time, delta; the snapshot.
 * KEYS of each: context, log, due; with a snapshot: snapshot; with a reset: ids, tombstones, ends. At the end, maybe: tombstones and ends of a bucket to clean.
 * Answers "k" where all are stored, else of each "k", {"c", version, revision, news} or an error.
 */
export const commit = `${common}
local k, a = 0, 5
local function schedule(due, member, before, time)
  if time == before then return nil end
  local reply
  if time == '' then reply = pcall('ZREM', due, member) else reply = pcall('ZADD', due, time, member) end
  if type(reply) == 'table' and reply.err then return failed(due, reply) end
end
local function commit()
  local id, kind, n = ARGV[a], ARGV[a + 1], tonumber(ARGV[a + 2])
  local version, revision, expires, deltas = ARGV[a + 3], ARGV[a + 4], ARGV[a + 5], ARGV[a + 6]
  local most, mostBytes, after = tonumber(ARGV[a + 7]), tonumber(ARGV[a + 8]), tonumber(ARGV[a + 9])
  local first = a + 10
  local last = first + 5 * (n - 1)
  a = last + 5
  local context, log, due = KEYS[k + 1], KEYS[k + 2], KEYS[k + 3]
  k = k + 3
  local state, key, ids, tombstones, ends
  if kind ~= '' then
    state, key = ARGV[a], KEYS[k + 1]
    a, k = a + 1, k + 1
    if kind == 'r' then
      ids, tombstones, ends = KEYS[k + 1], KEYS[k + 2], KEYS[k + 3]
      k = k + 3
    end
  end
  local head, headRevision = ARGV[last], ARGV[last + 1]
  local old = pcall('HMGET', context, 'v', 'r', 's', 'n', 'b', 'f', 'x', 'y')
  if old.err then return failed(context, old) end
  if old[1] == head and old[2] == headRevision then
    if ARGV[4] == '1' then pcall('HSET', context, 'v', head) end
    return 'k'
  end
  local had = old[1] and version == old[1] and revision == old[2]
  local buried = false
  if not old[1] and kind == 'r' then
    buried = pcall('HGET', tombstones, id)
    if type(buried) == 'table' then return failed(tombstones, buried) end
    if buried then had = buried == version .. ' ' .. revision else had = version == '' end
  end
  if not had then
    local tail = 'r'
    if old[1] and version ~= '' then
      tail = news(log, version, revision)
      if tail[1] == 'e' then return tail end
    end
    return {'c', old[1] or '', old[2] or '', tail}
  end
  local kept, bytes, oldest, snapshot, isSnapshot = tonumber(old[4]) or 0, tonumber(old[5]) or 0, old[6], old[3], kind ~= ''
  if kind == 'r' then
    local reply = pcall('ZSCORE', due, 'c' .. id)
    if type(reply) == 'table' and reply.err then return failed(due, reply) end
    reply = pcall('ZSCORE', ends, id)
    if type(reply) == 'table' and reply.err then return failed(ends, reply) end
    reply = pcall('ZADD', ids, 0, id)
    if type(reply) == 'table' then return failed(ids, reply) end
    call('UNLINK', log)
    kept, bytes, oldest = 0, 0, nil
  end
  for at = first, last, 5 do
    local reply = pcall('XADD', log, ARGV[at] .. '-0', 'r', ARGV[at + 1], 'p', ARGV[at + 2], 't', ARGV[at + 3], 'd', ARGV[at + 4])
    if type(reply) == 'table' and reply.err then
      for done = first, at - 5, 5 do pcall('XDEL', log, ARGV[done] .. '-0') end
      if not old[1] then pcall('ZREM', ids, id) end
      return failed(log, reply)
    end
    bytes = bytes + #ARGV[at + 4]
  end
  if kept == 0 then oldest = ARGV[first + 3] end
  kept = kept + n
  local wrong = schedule(due, 'c' .. id, old[7] or '', expires) or schedule(due, 'd' .. id, old[8] or '', deltas)
  if wrong then
    for done = first, last, 5 do pcall('XDEL', log, ARGV[done] .. '-0') end
    return wrong
  end
  if isSnapshot then
    call('SET', key, state)
    snapshot = head
  end
  if (most and kept > most) or (mostBytes and bytes > mostBytes) or (after and (tonumber(oldest) or after) <= after) then
    kept, bytes, oldest = trim(log, head, snapshot, kept, bytes, oldest, most, mostBytes, after)
  end
  if not isSnapshot and oldest == old[6] and expires == old[7] and deltas == old[8] then
    call('HSET', context, 'v', head, 'r', headRevision, 'n', kept, 'b', bytes, 't', ARGV[last + 3])
  else
    call('HSET', context, 'v', head, 'r', headRevision, 's', snapshot, 'n', kept, 'b', bytes, 'f', oldest, 't', ARGV[last + 3],
      'x', expires, 'y', deltas)
  end
  if buried then
    call('HDEL', tombstones, id)
    call('ZREM', ends, id)
  end
  -- It is a hint: whoever may not publish has been told when it opened.
  pcall(ARGV[2], string.sub(due, 1, -2) .. 'n', id)
  return 'k'
end
local answers, isWell = {}, true
for i = 1, tonumber(ARGV[1]) do
  answers[i] = commit()
  isWell = isWell and answers[i] == 'k'
end
if KEYS[k + 1] then
  local ended = pcall('ZRANGEBYSCORE', KEYS[k + 2], '-inf', ARGV[3], 'LIMIT', 0, 2)
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
export const since = `${common}
local answers = {}
for i = 1, tonumber(ARGV[1]) do
  local context = KEYS[2 * i - 1]
  local head = pcall('HMGET', context, 'v', 'r')
  if head.err then answers[i] = failed(context, head)
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
export const load = `${common}
local context = pcall('HMGET', KEYS[1], 'v', 'r', 's', 't')
if context.err then return failed(KEYS[1], context) end
if context[1] then
  local snapshot = pcall('GET', KEYS[2])
  if type(snapshot) == 'table' then return failed(KEYS[2], snapshot) end
  local entries = pcall('XRANGE', KEYS[3], '-', '+')
  if entries.err then return failed(KEYS[3], entries) end
  return {'x', context[1], context[2], context[3], context[4], entries, snapshot}
end
local tombstone = pcall('HGET', KEYS[4], ARGV[1])
if type(tombstone) == 'table' then return failed(KEYS[4], tombstone) end
if tombstone then return {'d', tombstone} end
return {'n'}
`;

/**
 * Removes a context or a tombstone. KEYS: context, snapshot, log, due, ids, tombstones, ends.
 * ARGV: id, the command that publishes, when the tombstone may go, version and revision or "", the latest time or "", "1" where it may have been done.
 * Answers {"h", head as a tombstone keeps it}, {"n"} or an error.
 */
export const remove = `${common}
local id, before = ARGV[1], tonumber(ARGV[6])
local context = pcall('HMGET', KEYS[1], 'v', 'r', 'x')
if context.err then return failed(KEYS[1], context) end
local buried = pcall('HGET', KEYS[6], id)
if type(buried) == 'table' then return failed(KEYS[6], buried) end
local lasts = pcall('ZSCORE', KEYS[7], id)
if type(lasts) == 'table' and lasts.err then return failed(KEYS[7], lasts) end
if not context[1] then
  if ARGV[7] == '1' and buried == ARGV[4] .. ' ' .. ARGV[5] then return {'h', buried} end
  if not (buried and before and (not lasts or tonumber(lasts) <= before)) then return {'n'} end
  local reply = pcall('HDEL', KEYS[6], id)
  if type(reply) == 'table' then return failed(KEYS[6], reply) end
  call('ZREM', KEYS[7], id)
  return {'h', buried}
end
if before then
  local expires = tonumber(context[3])
  if not (expires and expires <= before) then return {'n'} end
elseif context[1] ~= ARGV[4] or context[2] ~= ARGV[5] then return {'n'} end
local reply = pcall('ZREM', KEYS[4], 'c' .. id, 'd' .. id)
if type(reply) == 'table' then return failed(KEYS[4], reply) end
reply = pcall('ZREM', KEYS[5], id)
if type(reply) == 'table' then return failed(KEYS[5], reply) end
local head = context[1] .. ' ' .. context[2]
call('UNLINK', KEYS[1], KEYS[2], KEYS[3])
call('HSET', KEYS[6], id, head)
call('ZADD', KEYS[7], ARGV[3], id)
pcall(ARGV[2], string.sub(KEYS[4], 1, -2) .. 'n', id)
return {'h', head}
`;

/**
 * Trims a log. KEYS: context, log, due. ARGV: id, what to keep by count, bytes and time, how long deltas last or "".
 * Answers how many entries went, or an error.
 */
export const trim = `${common}
local context = pcall('HMGET', KEYS[1], 'v', 's', 'n', 'b', 'f')
if context.err then return failed(KEYS[1], context) end
if not context[1] then return '0' end
local wrong = pcall('XLEN', KEYS[2])
if type(wrong) == 'table' then return failed(KEYS[2], wrong) end
wrong = pcall('ZSCORE', KEYS[3], 'd' .. ARGV[1])
if type(wrong) == 'table' and wrong.err then return failed(KEYS[3], wrong) end
-- First: where memory is short, only taking away is allowed, and after it the rest.
call('ZREM', KEYS[3], 'd' .. ARGV[1])
local all, after, ttl = tonumber(context[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local kept, bytes, oldest = trim(KEYS[2], context[1], context[2], all, tonumber(context[4]), context[5], tonumber(ARGV[2]), tonumber(ARGV[3]), after)
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
call('HSET', KEYS[1], 'n', kept, 'b', bytes, 'f', oldest, 'y', next)
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
