import Foundation
import Model
import Testing

@testable import run_hyper

/// The man page.
@Suite struct ManualTests {
  @Test func `The page has every command with its options, and every key`() throws {
    let page = try Program().run(["manual"])
    #expect(page.status == 0 && page.errors == "")
    let lines = Set(page.output.split(separator: "\n").map(String.init))
    for title in [
      "NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "CONFIGURATION KEYS", "FILES", "ENVIRONMENT", "EXIT STATUS",
      "EXAMPLES",
    ] { #expect(lines.contains(".SH \(title)")) }
    for syntax in CommandSyntax.all {
      let called = syntax.words.joined(separator: " ")
      #expect(lines.contains(".SS \"run\\-hyper \(called)\""), "\(called)")
      for option in syntax.options { #expect(page.output.contains("\\fB\\-\\-\(option)\\fR=\\fI"), "\(option)") }
      for flag in syntax.flags { #expect(lines.contains("\\fB\\-\\-\(flag)\\fR"), "\(flag)") }
    }
    for key in Configuration.keys { #expect(lines.contains("\\fB\(key.name)\\fR"), "\(key.name)") }
    let isPlain = page.output.unicodeScalars.allSatisfy(\.isASCII)
    #expect(isPlain)
  }

  @Test func `The page has the environment variables of the documents`() throws {
    let document = try String(
      contentsOf: Program.home.appendingPathComponent("docs/command-line.md"), encoding: .utf8)
    let others = ["RUN_HYPER_CPU", "RUN_HYPER_FAULT", "RUN_HYPER_PAUSE", "RUN_HYPER_STATEMENTS"]
    let names = Set(document.matches(of: #/`(RUN_HYPER_[A-Z_]+)`/#).map { String($0.output.1) }).subtracting(others)
    #expect(names.count >= 5)
    for name in names { #expect(ManualText.variables.contains { $0.name == name }, "\(name)") }
  }

  @Test(
    .enabled(if: Shells.has("man") && Shells.has("groff"), "man is not installed"), arguments: ["C", "C.UTF-8"])
  func `man shows the page without a warning`(locale: String) throws {
    let program = try Program()
    try program.write(try program.run(["manual"]).output, to: "run-hyper.1")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["man", "--warnings=w", "--local-file", "./run-hyper.1"]
    process.currentDirectoryURL = program.folder
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["MANWIDTH": "100", "LC_ALL": locale, "MANPAGER": "cat", "MAN_KEEP_FORMATTING": ""]
    ) { $1 }
    let (status, text) = try Program.output(of: process)
    #expect(status == 0 && !text.contains(": warning") && !text.contains("troff"), "\(text)")
    for piece in [
      "RUN-HYPER(1)", "\n       run-hyper - hyperparameter search for BERT4Rec\n", "\n   run-hyper dataset import\n",
      "\n       --max_evals=count\n", "\n       field_separator\n", #"default: '\t')"#,
    ] { #expect(text.contains(piece), "\(piece): \(text)") }
  }

  @Test(arguments: [
    (".x\n'y\na-b", "\\&.x\n\\(aqy\na\\-b"), (#"\fB"~^`"#, #"\efB\(dq\(ti\(ha\(ga"#),
    ("≥ ρ 😀", "\\(>= \\[u03C1] \\[u1F600]"),
    ("", ""),
  ])
  func `No text is read as an instruction`(text: String, escaped: String) {
    #expect(Roff.escaped(text) == escaped)
    #expect(Roff.argument("a \"b\"") == "\"a \\(dqb\\(dq\"")
    #expect(Roff.synopsis("show [<study>] <trial>") == "\\fBshow [\\fR\\fIstudy\\fR\\fB] \\fR\\fItrial\\fR")
  }
}
