import Fuzzing
import Literals

/// Reads the input as a literal in one of the grammars, which its first byte chooses, and as a command line's value.
///
/// What can be read has to read back from every notation, and a mistake has to be a plain line.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  unsafe attempt(bytes, count) { input in tryInput(&input) }
}

private func tryInput(_ input: inout Input) {
  let grammar = [Literal.Grammar.python, .configuration][input.choice(of: 2)]
  let text = input.text()
  do throws(LiteralError) {
    check(try Literal(parsing: text, as: grammar))
  } catch {
    require(isPlain(error.description), "not plain: \(error.description.debugDescription)")
    require(error.column >= 1, "column \(error.column)")
    require(Literal(commandLine: text, as: grammar) == .text(text), "\(text) is something else on a command line")
    check(.text(text))
  }
}

private func check(_ value: Literal) {
  let exact = value.exactJSON
  require(reading(exact, .configuration) == value, "\(value) is not what \(exact) reads as")
  let python = value.python
  require(reading(python, .python) == value, "\(value) is not what \(python) reads as")
  let canonical = value.canonical
  guard let again = reading(canonical, .python) else { fatalError("\(canonical) cannot be read") }
  require(again.canonical == canonical, "\(again.canonical) in place of \(canonical)")
  require(reading(value.json, .configuration) != nil, "\(value.json) cannot be read")
}

private func reading(_ text: String, _ grammar: Literal.Grammar) -> Literal? {
  try? Literal(parsing: text, as: grammar)
}
