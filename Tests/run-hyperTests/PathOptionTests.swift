import Foundation
import Testing

/// Paths that the program is given: short ones, home folders, URLs, folders in the place of files.
@Suite struct PathOptionTests {
  private static let rows = (1...3).flatMap { user in (1...5).map { "u\(user)\ti\($0)\t\(100 * user + $0)\n" } }
    .joined()
  private static let table = "user_id:token\titem_id:token\ttimestamp:float\n" + rows
  private static let study = ["--params_file=s.test", "--dataset=own", "--epochs=0", "--hidden_size=8", "--workers=1"]

  private static func program() throws -> Program {
    let program = try Program()
    try program.write(table, to: "datasets/own/own.inter")
    try program.write("n_layers choice [1,2]\n", to: "s.test")
    return program
  }

  private static func contents(of program: Program) throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: program.folder.path))
  }

  @Test(arguments: ["r/s.sqlite", "r", "./r/s", "r//s", "a/b/c.sqlite"])
  func `A storage in a folder of any name is made at the first try`(storage: String) throws {
    let program = try Self.program()
    let ending = try program.run(Self.study + ["--storage=\(storage)"])
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(program.exists(storage))
    #expect(try program.run(["verify", "--storage=\(storage)"]).status == 0)
    #expect(try program.run(["resume", "--storage=\(storage)"]).status == 0)
  }

  @Test func `Files with names of one letter are read and written`() throws {
    let program = try Self.program()
    try program.write("n_layers choice [1,2]\n", to: "p")
    try program.write("epochs: 0\n", to: "y")
    let study = [
      "--params_file=p", "--config_files=y", "--dataset=own", "--storage=s", "--output_file=o", "--display_file=d",
    ]
    let ending = try program.run(study)
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(program.exists("s") && program.exists("o") && program.exists("d"))
    #expect(try program.run(["train", "--dataset=own", "--epochs=0", "--save=w"]).status == 0)
    #expect(try program.run(["evaluate", "--weights=w", "--dataset=own"]).status == 0)
  }

  @Test func `A leading tilde is the home folder in options, YAML files and the environment`() throws {
    let program = try Self.program()
    let home = program.folder.appendingPathComponent("home").path
    try program.write(Self.table, to: "home/data/mine/mine.inter")
    try program.write("n_layers choice [1,2]\n", to: "home/s.test")
    try program.write("epochs: 0\nhidden_size: 8\n", to: "home/a.yaml")
    try program.write("data_path: ~/data\n", to: "home/b.yaml")
    func run(_ arguments: [String], _ environment: [String: String] = [:]) throws {
      let ending = try program.run(arguments, environment: ["HOME": home].merging(environment) { $1 })
      #expect(ending.status == 0, "\(arguments): \(ending.errors)")
    }
    try run([
      "--params_file=~/s.test", "--config_files=~/a.yaml ~/b.yaml", "--dataset=mine", "--storage=~/st/s.sqlite",
      "--output_file=~/o.txt", "--display_file=~/d.html",
    ])
    try run(["leaderboard", "--storage", "~/st/s.sqlite"])
    try run(["resume", "--storage=~/st/s.sqlite"])
    try run(["train", "--data_path=~/data", "--dataset=mine", "--epochs=0", "--save=~/w"])
    try run(["evaluate", "--data_path=~/data", "--dataset=mine", "--weights=~/w"])
    try run(["dataset", "describe", "mine", "--data_path=~/data"])
    try program.write(Self.table, to: "home/datasets/grocery/grocery.inter")
    let described = try program.run(
      ["dataset", "describe", "grocery"], environment: ["HOME": home, "RUN_HYPER_HOME": "~"])
    #expect(described.output.contains("15 read"), "\(described.output)")
    for name in ["st/s.sqlite", "o.txt", "d.html", "w"] { #expect(program.exists("home/\(name)"), "\(name)") }
    #expect(!program.exists("~"))
  }

  @Test(arguments: [
    ("sqlite:///st.sqlite", "the path of a file: 'st.sqlite'"),
    ("sqlite:////tmp/st.sqlite", "the path of a file: '/tmp/st.sqlite'"),
    ("sqlite:st.sqlite", "the path of a file: 'st.sqlite'"), ("sqlite://st", "the path of a file: 'st'"),
    ("SQLite+pysqlite:///a/st.sqlite?timeout=3", "the path of a file: 'a/st.sqlite'"),
    ("sqlite:", "such as studies/studies.sqlite"), ("sqlite:///:memory:", "such as studies/studies.sqlite"),
    ("file:///tmp/st.sqlite", "the path of a file: '/tmp/st.sqlite'"), (":memory:", "a study is kept on disk"),
    (
      "postgresql+psycopg2://me:secret@host/db",
      "found a URL that begins with 'postgresql+psycopg2://'; expected postgresql://USER@HOST/DATABASE"
    ),
    ("POSTGRES://me:secret@host/db", "found a URL that begins with 'postgres://'; expected postgresql://"),
    ("mysql://host/db", "found a URL that begins with 'mysql://'"),
  ])
  func `A storage that is a URL is refused with the path to give`(storage: String, message: String) throws {
    let program = try Self.program()
    let before = try Self.contents(of: program)
    for command in [Self.study, ["resume"], ["leaderboard"], ["studies"], ["verify"], ["show", "s", "1"]] {
      let ending = try program.run(command + ["--storage=\(storage)"])
      #expect(ending.status == 2)
      #expect(ending.errors.hasPrefix("error: --storage: found "), "\(ending.errors)")
      #expect(ending.errors.contains(message), "\(ending.errors)")
      #expect(!ending.errors.contains("secret"))
    }
    #expect(try Self.contents(of: program) == before)
  }

  @Test(arguments: [
    ("states", "a folder, but --storage is a file, which has its checkpoints beside it"),
    ("", "no path; expected the path of a folder"),
    ("postgresql://me:secret@host/db", "a URL; expected the path of a folder"),
  ])
  func `A folder for checkpoints is for a server`(folder: String, message: String) throws {
    let program = try Self.program()
    let before = try Self.contents(of: program)
    for command in [Self.study, ["resume"], ["leaderboard"], ["studies", "--delete=s"], ["verify"]] {
      let ending = try program.run(command + ["--checkpoints=\(folder)"])
      #expect(ending.status == 2)
      #expect(ending.errors.hasPrefix("error: --checkpoints: found \(message)"), "\(ending.errors)")
    }
    #expect(try Self.contents(of: program) == before)
  }

  @Test func `A path may have a colon`() throws {
    let program = try Self.program()
    for storage in ["./sqlite:a", "a:b.sqlite"] {
      #expect(try program.run(Self.study + ["--storage=\(storage)"]).status == 0)
      #expect(program.exists(storage))
    }
  }

  @Test(arguments: ["None", "none", "null"])
  func `None leaves an option out`(none: String) throws {
    let program = try Self.program()
    let before = try Self.contents(of: program)
    let options = [
      "display_file", "output_file", "config_files", "data_path", "tool", "max_evals", "early_stop", "pruner",
      "first_rung", "reduction_factor", "repeats", "timeout", "target", "retry", "storage", "checkpoints",
    ]
    let ending = try program.run(Self.study + options.map { "--\($0)=\(none)" })
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(try Self.contents(of: program) == before.union(["studies"]))
    let trained = try program.run(
      ["train", "--dataset=own", "--epochs=0", "--threads=\(none)", "--save", none, "--config-files", none])
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(try program.run(["leaderboard", "--sort=\(none)"]).status == 0)
    #expect(try Self.contents(of: program) == before.union(["studies"]))
  }

  @Test(arguments: ["--output_file", "--display_file", "--save"])
  func `A folder in the place of a file is refused before training`(option: String) throws {
    let program = try Self.program()
    try program.write("", to: "results/a")
    let command = option == "--save" ? ["train", "--dataset=own", "--epochs=0"] : Self.study
    for folder in [".", "..", "/", "results", "results/", "new/", "results/.", "~"] {
      let ending = try program.run(
        command + ["\(option)=\(folder)"], environment: ["HOME": program.folder.path])
      #expect(ending.status == 2 && ending.output.isEmpty)
      #expect(
        ending.errors.hasPrefix("error: \(option): found '") && ending.errors.contains("a folder; expected"),
        "\(ending.errors)")
      #expect(ending.errors.split(separator: "\n").count == 1)
    }
    #expect(!program.exists("studies"))
  }

  @Test func `Results never overwrite a file that the command reads or another of its results`() throws {
    let program = try Self.program()
    try program.write("epochs: 0\n", to: "a.yaml")
    #expect(try program.run(Self.study).status == 0)
    let folder = program.folder.path
    for (files, other) in [
      (["--output_file=studies/studies.sqlite"], "--storage"), (["--display_file=./s.test"], "--params_file"),
      (["--output_file=\(folder)/studies/../studies/studies.sqlite"], "--storage"),
      (["--config_files=a.yaml", "--output_file=a.yaml"], "--config_files"),
      (["--output_file=x", "--display_file=./x"], "--output_file"),
    ] {
      let ending = try program.run(Self.study + files)
      #expect(ending.status == 2, "\(ending.errors)")
      #expect(ending.errors.contains("which \(other) also names"), "\(ending.errors)")
    }
    #expect(try program.run(["verify"]).status == 0)
  }

  @Test func `More workers than trials are threads for those`() throws {
    let program = try Self.program()
    try program.write("n_layers choice [1,2]\nlearning_rate choice [0.1,0.01]\n", to: "s.test")
    func memory(_ workers: Int, _ head: String) throws -> Int {
      let ending = try program.run(Self.study.dropLast() + ["--workers=\(workers)", "--study=w\(workers)"])
      #expect(ending.status == 0 && ending.errors.contains(head), "\(ending.errors)")
      return Int(try #require(ending.errors.firstMatch(of: #/at most (\d+) MB/#)?.output.1)) ?? 0
    }
    let four = try memory(4, "  workers   4\n")
    // Three users give no trial work for a second thread.
    let thousand = try memory(1000, "  workers   4, 1000 threads\n")
    #expect(thousand <= four + 20, "\(four) and \(thousand) MB")
  }
}
