// The files in `Page` are embedded in the program when it is built (`PackageResources`), so it stays one file.

extension ChartPage {
  /// The page's program: drawing functions, the charts that use them, and finally the call that starts it.
  ///
  /// All text of a study is set through `textContent`, so it can never become markup. A live page would call `showStudy`
  /// with the JSON of a `StudyChart` every time it has fetched one.
  static let script =
    #""use strict";"#
    + [
      PackageResources.elements_js,  // creates elements, and text that fits
      PackageResources.scales_js,  // puts values on axes
      PackageResources.study_js,  // the study, the trial highlighted in all charts, and drawing the whole page
      PackageResources.plots_js,  // charts with an x and a y axis: history, learning curves, a slice per parameter
      PackageResources.parallel_js,  // one axis per parameter and one for the score, one line per trial
      PackageResources.leaderboard_js,  // the table of all trials, sorted by any column
      PackageResources.start_js,
    ].map { "\n" + String(decoding: $0, as: UTF8.self) }.joined()

  /// The style sheet, for light and dark screens.
  ///
  /// The hues are those of Okabe and Ito, *Color Universal Design*, 2008, which people with any type of color vision can
  /// distinguish (<https://jfly.uni-koeln.de/color/>); a trial's state is also shown by its shape.
  static let style = "\n" + String(decoding: PackageResources.page_css, as: UTF8.self)
}
