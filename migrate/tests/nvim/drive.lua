-- Drives the language server as people do: open, see what is found, apply a fix, complete, hover, rename, lay out, save. Says what it saw on
-- standard output, a line each; whatever goes wrong ends it with an error.

local server, file = os.getenv("DOMMIGRATE"), os.getenv("DOCUMENT")

local function check(what, fine, seen)
  if not fine then
    io.stdout:write("WRONG " .. what .. ": " .. vim.inspect(seen) .. "\n")
    vim.cmd("cquit 1")
  end
  io.stdout:write("seen " .. what .. "\n")
end

vim.cmd("edit " .. file)
local buffer = vim.api.nvim_get_current_buf()
local client = vim.lsp.start_client({ name = "dommigrate", cmd = { server, "lsp" }, root_dir = vim.fn.getcwd() })
vim.lsp.buf_attach_client(buffer, client)

local function wait(what, condition)
  check(what, vim.wait(60000, condition, 20), vim.diagnostic.get(buffer))
end

local function ask(method, params)
  local answers = vim.lsp.buf_request_sync(buffer, method, params, 60000)
  local answer = answers and answers[client]
  check("an answer to " .. method, answer and not answer.err, answers)
  return answer.result
end

-- Where a text begins, so many letters behind it.
local function at(text, behind)
  for line, content in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
    local column = content:find(text, 1, true)
    if column then
      return { textDocument = vim.lsp.util.make_text_document_params(buffer), position = { line = line - 1, character = column - 1 + behind } }
    end
  end
  check(text, false, "not in the document")
end

local function found(code)
  for _, it in ipairs(vim.diagnostic.get(buffer)) do
    if it.code == code or (it.user_data and it.user_data.lsp and it.user_data.lsp.code == code) then
      return it
    end
  end
end

wait("a diagnostic", function() return found("default-value") ~= nil end)

local place = at("<memory", 1)
local actions = ask("textDocument/codeAction", {
  textDocument = place.textDocument,
  range = { start = place.position, ["end"] = place.position },
  context = { diagnostics = {}, only = { "quickfix" } },
})
check("a quick fix", #actions == 1, actions)
vim.lsp.util.apply_workspace_edit(actions[1].edit, "utf-16")
wait("the end of what was found", function() return found("default-value") == nil end)

local hover = ask("textDocument/hover", at("<memory", 3))
check("documentation", hover.contents.value:find("since libvirt", 1, true), hover)

local items = ask("textDocument/completion", at(" type='raw'", 0))
local offered = vim.tbl_map(function(item) return item.label end, items)
check("a completion", vim.tbl_contains(offered, "cache") and not vim.tbl_contains(offered, "type"), offered)

local rename = at("dev='vda'", 6)
rename.newName = "vdb"
vim.lsp.util.apply_workspace_edit(ask("textDocument/rename", rename), "utf-16")

local edits = ask("textDocument/formatting", { textDocument = place.textDocument, options = { tabSize = 2, insertSpaces = true } })
vim.lsp.util.apply_text_edits(edits, buffer, "utf-16")

-- While a tag is being written.
vim.api.nvim_buf_set_lines(buffer, 1, 1, false, { "  <title" })
wait("what is not well-formed", function() return found("xml-syntax") ~= nil end)
vim.api.nvim_buf_set_lines(buffer, 1, 2, false, {})
wait("what is well-formed again", function() return found("xml-syntax") == nil end)

vim.cmd("write")
check("a saved file", not vim.bo[buffer].modified, "modified")
vim.cmd("qall!")
