import Testing

@testable import Literals

@Suite struct PathsTests {
  @Test(arguments: [
    ("", "."), ("a", "."), ("/", "/"), (".", "."), ("a/", "."), ("~", "."), ("~/x", "~"), ("a//b", "a"), ("..", "."),
    ("a/b", "a"), ("a/b/", "a"), ("/a", "/"), ("//a", "/"), ("//", "/"), ("/a/b", "/a"), ("./a", "."), ("a/./b", "a/."),
    ("ä/b", "ä"), ("a/\u{301}b", "a"), ("/\u{301}", "/"), ("a b/c", "a b"),
  ])
  func `The folder of a path is what dirname says`(path: String, folder: String) {
    #expect(path.parentFolder.unicodeScalars.elementsEqual(folder.unicodeScalars))
  }

  @Test(arguments: [
    ("~", "/home/me"), ("~/x", "/home/me/x"), ("~/", "/home/me/"), ("", ""), ("a", "a"), ("/", "/"), ("~me/x", "~me/x"),
    ("a/~/b", "a/~/b"), ("./~", "./~"), ("~~", "~~"),
  ])
  func `A leading tilde is the home folder`(path: String, expanded: String) {
    #expect(path.expandingHome("/home/me") == expanded)
    #expect(path.expandingHome("/home/me/") == expanded)
  }

  @Test func `Without a home folder a path stays as it is`() {
    #expect("~/x".expandingHome(nil) == "~/x")
    #expect("~/x".expandingHome("") == "~/x")
    #expect("~/x".expandingHome("/") == "/x")
  }

  @Test(arguments: [
    (nil, "run-hyper"), ("", "run-hyper"), ("scripts/run-hyper", "scripts/run-hyper"),
    ("/my tools/run-hyper", "'/my tools/run-hyper'"), ("it's/run-hyper", #"'it'\''s/run-hyper'"#), ("$(x)", "'$(x)'"),
  ])
  func `The program is named as it was called, as one word of a shell`(called: String?, name: String) {
    #expect(ProgramCommand.name(called) == name)
  }

  @Test func `Usage and examples of a help text name the program as it was called`() {
    let help = """
      OVERVIEW: Words about run-hyper and run-hyper train.

      Example:
        run-hyper train --epochs=3

      USAGE: run-hyper train

        See 'run-hyper help train' for detailed help.
      """
    #expect(
      ProgramCommand.naming("scripts/run-hyper", in: help) == """
        OVERVIEW: Words about run-hyper and run-hyper train.

        Example:
          scripts/run-hyper train --epochs=3

        USAGE: scripts/run-hyper train

          See 'scripts/run-hyper help train' for detailed help.
        """)
    #expect(ProgramCommand.naming("run-hyper", in: help) == help)
    let completion = "#compdef\n  run-hyper x"
    #expect(ProgramCommand.naming("scripts/run-hyper", in: completion) == completion)
  }
}
