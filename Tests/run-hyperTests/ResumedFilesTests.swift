import Foundation
import Testing

/// The files that a study was to write are written by whoever finishes it.
@Suite struct ResumedFilesTests {
  private static let study = ["--params_file=s.test", "--study=s", "--epochs=1", "--hidden_size=8", "--workers=1"]
  private static let files = ["--display_file=charts.html", "--output_file=all.result"]

  /// A study that was killed with the second trial.
  private static func killed(_ options: [String] = files) throws -> Program {
    let program = try Program()
    try program.write("n_layers choice [1,2]\n", to: "s.test")
    let ending = try program.run(study + options, environment: ["RUN_HYPER_FAULT": "claim-committed:2"])
    #expect(ending.status == -SIGKILL && !program.exists("charts.html") && !program.exists("all.result"))
    return program
  }

  private static func text(_ file: String, in program: Program) throws -> String {
    try String(contentsOf: program.folder.appendingPathComponent(file), encoding: .utf8)
  }

  /// The learning curves in a page's data.
  private static func curves(of page: String) -> [Substring] {
    page.matches(of: /"curve":(?<points>\[\[.*?\]\])/).map(\.points)
  }

  @Test(arguments: [["resume"], ["resume", "s"]])
  func `A resumed study writes the files of its command`(command: [String]) throws {
    let program = try Self.killed()
    let ending = try program.run(command)
    #expect(ending.status == 0 && !ending.errors.contains("note:"), "\(ending.errors)")
    #expect(ending.errors.contains("Charts:     ") && !ending.errors.contains("chart s --to="), "\(ending.errors)")
    let (page, results) = try (Self.text("charts.html", in: program), Self.text("all.result", in: program))
    // An undisturbed study writes the same, but for the times of its trials.
    let other = try Program()
    try other.write("n_layers choice [1,2]\n", to: "s.test")
    #expect(try other.run(Self.study + Self.files).status == 0)
    let curves = Self.curves(of: page)
    #expect(try curves == Self.curves(of: Self.text("charts.html", in: other)) && curves.count == 2)
    #expect(try results == Self.text("all.result", in: other))
    // They are replaced again and again.
    #expect(try program.run(["resume", "s"]).status == 0)
    #expect(try Self.text("charts.html", in: program) == page)
  }

  @Test func `Files that resume names are written from then on, and a study command without them ends it`() throws {
    let program = try Self.killed([])
    #expect(try program.run(["resume", "s", "--display_file=other.html"]).status == 0)
    let page = try Self.text("other.html", in: program)
    try FileManager.default.removeItem(at: program.folder.appendingPathComponent("other.html"))
    #expect(try program.run(["resume", "s"]).status == 0)
    #expect(try Self.text("other.html", in: program) == page)
    try FileManager.default.removeItem(at: program.folder.appendingPathComponent("other.html"))
    for command in [Self.study, ["resume", "s"]] {
      #expect(try program.run(command).status == 0 && !program.exists("other.html"))
    }
  }

  @Test func `A database makes nobody write elsewhere, or replace another file`() throws {
    let program = try Self.killed()
    try program.write("mine", to: "charts.html")
    let beside = try program.run(["resume", "s"])
    #expect(beside.status == 0)
    #expect(
      beside.errors.contains(
        "charts.html, which s was to write, is not written, since another file is there; --display_file=FILE names another"
      ), "\(beside.errors)")
    #expect(try Self.text("charts.html", in: program) == "mine" && program.exists("all.result"))
    try FileManager.default.removeItem(at: program.folder.appendingPathComponent("charts.html"))

    let stranger = try Program()
    try stranger.write("", to: "studies/studies.sqlite")
    let database = try Data(contentsOf: program.folder.appendingPathComponent("studies/studies.sqlite"))
    try database.write(to: stranger.folder.appendingPathComponent("studies/studies.sqlite"))
    let ending = try stranger.run(["resume", "s"])
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(ending.errors.contains("since it is neither in this folder nor beside the database"), "\(ending.errors)")
    #expect(!program.exists("charts.html"))
    let given = try stranger.run(["resume", "s", "--display_file=own.html", "--output_file=own.result"])
    #expect(given.status == 0 && !given.errors.contains("not written") && stranger.exists("own.html"))
  }

  @Test func `A file that an option of resume names is not the other one of the study, too`() throws {
    let program = try Self.killed()
    let ending = try program.run(["resume", "s", "--output_file=charts.html"])
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(
      ending.errors.contains("charts.html, which s was to write, is not written, since the other option names it;"),
      "\(ending.errors)")
    #expect(try Self.text("charts.html", in: program).contains("\nValid result:\n"))
  }

  @Test func `A study without such files has none in its database`() throws {
    let program = try Self.killed([])
    #expect(try SQLite.run("SELECT invocation LIKE '%files%' FROM study", in: program) == "0\n")
  }
}
