import Foundation
import Literals
import Tuner

/// A job array of interchangeable workers, as Slurm is asked for it.
package struct JobRequest: Equatable, Sendable {
  /// The study that the workers run.
  package var study: String

  /// What the queue knows the study's jobs by.
  package var mark: StudyMark

  /// Where the logs are, one for each task, as an absolute path.
  package var logFolder: String

  /// Tasks of the array, and how many of them may run at a time.
  package var jobs: Int
  package var atMost: Int?

  package var time: JobTime?
  package var cores: Int
  package var memory: MemorySize
  package var partition: String?
  package var account: String?

  /// Further options, as words; each element is a text of the command line.
  package var others: [[String]] = []

  /// The options of sbatch, a line of the script each; later ones override earlier ones.
  package var options: [[String]] {
    let own: [String?] = [
      "--job-name=run-hyper:\(study)",
      "--array=1-\(jobs)" + (atMost.map { "%\($0)" } ?? ""),
      "--comment=\(mark.comment(logFolder: logFolder))",
      // Slurm replaces %A and %a by the numbers of array and task.
      "--output=\(logFolder.replacing("%", with: "%%"))/%A_%a.txt",
      "--open-mode=append",
      "--requeue",
      "--signal=B:USR1@\(JobTime.warning(for: time))",
      "--nodes=1",
      "--ntasks=1",
      "--cpus-per-task=\(cores)",
      "--mem=\(memory.slurmText)",
      time.map { "--time=\($0.slurmText)" },
      partition.map { "--partition=\($0)" },
      account.map { "--account=\($0)" },
    ]
    return own.compactMap { $0.map { [$0] } } + others
  }

  /// Options that a study's jobs need as they are, with their short forms.
  private static let reserved = [
    "--array": "-a", "--comment": nil, "--error": "-e", "--job-name": "-J", "--open-mode": nil, "--output": "-o",
    "--parsable": nil, "--signal": nil, "--test-only": nil, "--wrap": nil, "--wait": "-W",
  ]

  /// The words of a text of `--slurm`.
  ///
  /// - Throws: `CommandError.input` if a quote is not closed, if it is no option, or if it is one of `reserved`.
  package static func words(ofOption text: String) throws(CommandError) -> [String] {
    func refused(_ found: String, _ expected: String) -> CommandError {
      .input(message(at: "--slurm", found: found, expected: expected))
    }
    guard !text.contains(where: \.isNewline), let words = ShellWords.split(text) else {
      throw refused("'\(text)', in which a quote is not closed", "options of sbatch such as --qos=low")
    }
    guard let first = words.first, first.hasPrefix("-") else {
      throw refused("'\(text)'", "options of sbatch such as '--constraint=avx512 --qos=low'")
    }
    for word in words where word.hasPrefix("-") {
      let name = word.prefix { $0 != "=" }
      let own = reserved.first { long, short in
        long == name || (short.map { word.hasPrefix($0) && !word.hasPrefix("--") } ?? false)
      }
      if let own { throw refused("\(word)", "no \(own.key): the jobs of a study have their own") }
    }
    return words
  }
}

/// What the queue knows the jobs of a study by: studies of the same name in other databases have another.
package struct StudyMark: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  private static let digits = 16

  /// - Parameter database: What tells the database from others: its id on a server, or a path without links.
  package init(database: String, study: String) {
    description = String(sha256(Array("\(database)\n\(study)".utf8)).prefix(Self.digits))
  }

  private init(_ description: String) { self.description = description }

  /// What a job has as its comment.
  package func comment(logFolder: String) -> String { "run-hyper:\(self):\(logFolder)" }

  /// The mark and the folder of logs in a job's comment; `nil` if it is none of a study's.
  package static func parse(comment: String) -> (mark: StudyMark, logFolder: String)? {
    guard let match = comment.wholeMatch(of: #/run-hyper:([0-9a-f]{16}):(\/.*)/#) else { return nil }
    return (StudyMark(String(match.output.1)), String(match.output.2))
  }
}
