import Testing

@testable import Tuner

@Suite struct ChartScriptTests {
  @Test(.enabled(if: Node.isInstalled, "Node.js is not installed, so the script's syntax is not checked"))
  func `The script has the syntax of JavaScript`() throws {
    #expect(try Node.output(of: ChartPage.script, "--check") == "")
  }

  @Test func `The files of the page are joined with their line ends`() {
    #expect(ChartPage.script.hasPrefix("\"use strict\";\nconst svgNamespace"))
    #expect(ChartPage.script.hasSuffix("}\nstart();\n") && ChartPage.script.contains("}\n\nfunction update() {\n"))
    #expect(ChartPage.style.hasPrefix("\n:root {\n") && ChartPage.style.hasSuffix("}\n"))
  }

  @Test(arguments: [
    ("// Title\n\n  f(); // goes\n", "f();\n"), ("f(`a//b`); // c // d\n", "f(`a//b`);\n"),
    ("/** One line. */\nf();\n", "f();\n"),
    ("/**\n * Two\n *\n * lines.\n */\nf();\n", "f();\n"),
    ("try { f(); } catch { /* nothing */ }\n", "try { f(); } catch { /* nothing */ }\n"),
    ("a {\n  b: c; /* d */\n}\n", "a {\nb: c; /* d */\n}\n"),
  ])
  func `Comments and indentation stay out of the page`(file: String, kept: String) {
    #expect(ChartPage.withoutComments(file) == kept)
  }

  /// A text over several lines would lose its indentation.
  @Test func `No text of the program spans lines`() {
    for line in ChartPage.script.split(separator: "\n") {
      #expect(line.count { $0 == "`" }.isMultiple(of: 2), "\(line)")
    }
  }
}
