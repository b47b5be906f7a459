import ArgumentParser
import Foundation
import Tuner

/// Writes a study's charts.
struct ChartCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chart",
    abstract: "Write charts of a study, in any state, as one HTML page that needs no network.",
    usage: "run-hyper chart [<study>] --to <file> [<options>]",
    discussion: """
      Example:
        run-hyper chart bert4rec-grocery-hyper --to=charts.html
      """)

  @Argument(help: "Name of the study. (default: the newest study)")
  var study: String?

  @Option(help: ArgumentHelp("Write the page to this file.", valueName: "file"))
  var to: String

  @OptionGroup var storage: StorageOptions

  @OptionGroup var ranking: RankingOptions

  func run() throws {
    let page = try reading {
      try InputFile.checkPlace(of: to, option: "--to")
      let store = try storage.reader()
      let study = try store.requiredStudy(study)
      return ChartPage.html(
        of: try store.chart(
          of: study, isRepeatable: ranking.repeatable?.value, recipe: TrialRecipes.forCharts(of: study.definition)))
    }
    try ResultFileOptions.write(page, to: to)
    Output.note("Wrote \(to)")
  }
}
