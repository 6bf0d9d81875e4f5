-- What someone does whom `virsh edit` has given an editor: types, sees what is wrong, takes the fix, saves, leaves. Says what it saw on standard
-- output, a line each; whatever goes wrong ends it with an error.

local buffer = vim.api.nvim_get_current_buf()

local function check(what, fine, seen)
  if not fine then
    io.stdout:write("WRONG " .. what .. ": " .. vim.inspect(seen) .. "\n")
    vim.cmd("cquit 1")
  end
  io.stdout:write("seen " .. what .. "\n")
end

local function wait(what, condition)
  check(what, vim.wait(60000, condition, 20), vim.diagnostic.get(buffer))
end

local function line_of(text)
  for line, content in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
    if content:find(text, 1, true) then return line end
  end
end

-- What is found in a line.
local function found(line)
  return line and vim.diagnostic.get(buffer, { lnum = line - 1 })[1]
end

check("a definition", line_of("<name>test</name>"), vim.api.nvim_buf_get_lines(buffer, 0, -1, false))
wait("the server", function() return #vim.lsp.buf_get_clients(buffer) == 1 end)
vim.fn.append(line_of("<name>test</name>"), "  <titel>edited</titel>")
local line = line_of("<titel>")
wait("what is wrong", function() return found(line) ~= nil end)

-- The menu of what may be done takes its first entry.
vim.ui.select = function(items, _, take)
  check("a fix: " .. items[1][2].title, items[1][2].edit, items)
  take(items[1], 1)
end
vim.api.nvim_win_set_cursor(0, { line, 4 })
vim.lsp.buf.code_action()
wait("the fix in the text", function() return line_of("<title>edited</title>") ~= nil end)
wait("the end of what was wrong", function() return found(line) == nil end)

vim.cmd("write")
check("a saved file", not vim.bo[buffer].modified, "modified")
vim.cmd("qall!")
