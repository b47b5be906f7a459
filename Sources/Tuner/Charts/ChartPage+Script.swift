// The files in `Page` are embedded in the program when it is built (`PackageResources`), so it stays one file.

extension ChartPage {
  /// The page's program: drawing functions, the charts that use them, and finally the call that starts it.
  ///
  /// All text of a study is set through `textContent`, so it can never become markup. The page of a file and the live
  /// page have the same program: a live page has a block `study-live` as well, and takes changes from its server.
  static let script =
    #""use strict";"#
    + [
      PackageResources.elements_js,  // creates elements, and text that fits
      PackageResources.scales_js,  // puts values on axes
      PackageResources.study_js,  // the study, and what every part of the page knows
      PackageResources.selection_js,  // trials selected by parts of axes and by a filter
      PackageResources.marking_js,  // the trial highlighted in all charts
      PackageResources.frame_js,  // the page's sections, and when their charts are drawn
      // charts
      PackageResources.canvas_js,  // layers of marks and lines, as elements or on a canvas
      PackageResources.plots_js,  // plots with two axes, marks and lines
      PackageResources.pointing_js,  // trials marked by pointer, touch and keys
      PackageResources.choices_js,  // fields for the options of charts
      PackageResources.history_js,  // the scores in order, and the best so far
      PackageResources.curves_js,  // learning curves
      PackageResources.parallel_js,  // one axis per parameter, one line per trial
      PackageResources.slices_js,  // the score by each parameter
      PackageResources.heatmap_js,  // the score by two parameters
      PackageResources.forest_js,  // predicts scores where no trial is
      PackageResources.surface_js,  // the forest's predictions in the heat map
      PackageResources.importance_js,  // which parameters explain the scores
      PackageResources.rungs_js,  // how many trials the pruner let go on
      PackageResources.cost_js,  // the score by what it cost
      PackageResources.timeline_js,  // what each worker did
      PackageResources.charts_js,  // the charts in the order of the page
      // end of charts
      PackageResources.header_js,  // the study's state and counts
      PackageResources.theme_js,  // light and dark
      PackageResources.running_js,  // the trials that are running
      PackageResources.filters_js,  // reads a filter's text
      PackageResources.columns_js,  // the leaderboard's columns
      PackageResources.leaderboard_js,  // the table of all trials, sorted by any column
      PackageResources.cells_js,  // its head, and cells with intervals
      PackageResources.rows_js,  // its marks, focus and choice of trials
      PackageResources.exports_js,  // the leaderboard as CSV, JSON and Markdown
      PackageResources.drawer_js,  // everything about one trial
      PackageResources.users_js,  // two trials user by user
      PackageResources.compare_js,  // two to five trials side by side
      PackageResources.links_js,  // keeps marks, order and selection in the page's address
      PackageResources.live_js,  // takes changes from the server
      PackageResources.start_js,
    ].map { "\n" + withoutComments(String(decoding: $0, as: UTF8.self)) }.joined()

  /// The style sheet, for light and dark screens.
  ///
  /// The hues are those of Okabe and Ito, *Color Universal Design*, 2008, which people with any type of color vision
  /// can distinguish (<https://jfly.uni-koeln.de/color/>); a trial's state is also shown by its shape.
  static let style = [PackageResources.page_css, PackageResources.charts_css]
    .map { "\n" + withoutComments(String(decoding: $0, as: UTF8.self)) }.joined()

  /// The text without indentation, empty lines and comments, a seventh of every page; `/* … */` after code stays.
  ///
  /// A text in the program that spans lines would lose its indentation, and one with ` // ` its end, so there is none.
  static func withoutComments(_ text: String) -> String {
    var isComment = false
    var lines: [Substring] = []
    for line in text.split(separator: "\n") {
      let line = line.drop { $0 == " " }
      if line.hasPrefix("/*") { isComment = true }
      let code = line.firstRange(of: " // ").map { line[..<$0.lowerBound] } ?? line
      if !isComment && !line.isEmpty && !line.hasPrefix("//") { lines.append(code) }
      if line.hasSuffix("*/") { isComment = false }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
