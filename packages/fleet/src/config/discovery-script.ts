import { EDGE_FILES } from './node-files.ts'

/**
 * What an edge with configuration endpoints runs inside HAProxy: it shows the list of nodes to whoever asks as
 * ElastiCache's clients do, and lets everything else pass to a node. The lists are in a map that is set through the
 * runtime API, under the name that a frontend has put into `sess.slot`.
 *
 * A connection that begins with a question needs no node. One that begins otherwise leads to a node, and a question that
 * comes later is taken out of the stream. Values are skipped, so that one that looks like a question is none; a question
 * behind another command in the same packet goes to the node, because its answer would overtake that command's.
 */
export const DISCOVERY_SCRIPT = `
local lists
core.register_init(function() lists = Map.new("${EDGE_FILES.lists}", Map._str) end)

local QUESTIONS = {
  ["config get cluster"] = "CONFIG cluster 0 ",
  ["get AmazonElastiCache:cluster"] = "VALUE AmazonElastiCache:cluster 0 ",
  ["gets AmazonElastiCache:cluster"] = "VALUE AmazonElastiCache:cluster 0 ",
}
local STORING = { set = true, add = true, replace = true, append = true, prepend = true, cas = true }
local QUESTION_MAX = 40
local HEAD_MAX = 400
local BINARY = 0x80

local function head_of(line)
  return QUESTIONS[line:match("^(.-) *\\r?\\n$")]
end

local function may_become_question(text)
  if #text > QUESTION_MAX then return false end
  for question in pairs(QUESTIONS) do
    if (question .. "\\r\\n"):sub(1, #text) == text then return true end
  end
  return false
end

local function shown(slot)
  return (lists:lookup(slot) or ""):match("^[^,]*,(%d+),([^,]*),(.+)$")
end

local function answer(slot, head)
  local version, _, nodes = shown(slot)
  if version == nil then return "END\\r\\n" end
  local payload = version .. "\\n" .. (nodes:gsub(",", " ")) .. "\\n"
  return head .. #payload .. "\\r\\n" .. payload .. "\\r\\nEND\\r\\n"
end

-- Bytes of the value that follows a command, with the end of its line.
local function value_length(line)
  local verb, size = line:match("^(%l+) %S+ %S+ %S+ (%d+)")
  if not STORING[verb] then size = line:match("^ms %S+ (%d+)") end
  return size and tonumber(size) + 2 or 0
end

local Discovery = { id = "discovery", flags = 0 }
Discovery.__index = Discovery

function Discovery:new()
  return setmetatable({ skip = 0, head = nil, is_binary = false }, Discovery)
end

function Discovery:start_analyze(txn, channel)
  if not channel:is_resp() then filter.register_data_filter(self, channel) end
end

function Discovery:follow(data)
  local at = 1
  while at <= #data do
    if self.skip > 0 then
      local step = math.min(self.skip, #data - at + 1)
      self.skip = self.skip - step
      at = at + step
    else
      local stop = data:find("\\n", at, true)
      local line = ((self.head or "") .. data:sub(at, stop or #data)):sub(1, HEAD_MAX)
      self.head = stop == nil and line or nil
      self.skip = stop == nil and 0 or value_length(line)
      at = (stop or #data) + 1
    end
  end
end

-- Returns how many bytes may pass; the rest waits for what follows it.
function Discovery:tcp_payload(txn, channel)
  while channel:input() > 0 do
    local data = channel:data()
    if self.is_binary then return #data end
    if self.skip > 0 or self.head ~= nil then
      self:follow(data)
      return #data
    end
    if data:byte(1) == BINARY then
      self.is_binary = true
      return #data
    end
    local line = data:match("^[^\\n]*\\n")
    if line == nil and may_become_question(data) then return 0 end
    local head = line and head_of(line)
    if not head then
      self:follow(data)
      return #data
    end
    channel:remove(0, #line)
    txn.res:send(answer(txn:get_var("sess.slot"), head))
  end
  return 0
end

core.register_filter("discovery", Discovery, function(class) return class end)

core.register_action("begins", { "tcp-req" }, function(txn)
  local line = (txn.req:data() or ""):match("^[^\\n]*\\n")
  if line and head_of(line) then txn:set_var("txn.discovers", true) end
end)

core.register_service("discovery", "tcp", function(applet)
  local slot = applet:get_var("sess.slot")
  while true do
    local line = applet:getline()
    if line == nil or line == "" or line:match("^quit") then return end
    local head = head_of(line)
    if head then
      applet:send(answer(slot, head))
    elseif line:match("^version") then
      local _, version = shown(slot)
      applet:send("VERSION " .. (version or "unknown") .. "\\r\\n")
    else
      applet:send("SERVER_ERROR this connection began with discovery, which is all it does\\r\\n")
    end
  end
end)
`.trimStart()
