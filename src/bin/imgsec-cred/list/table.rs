//! What is kept, as a table for people; what cannot be used stands at its end.

use imgsec_cred::store::Unusable;
use imgsec_cred::text;

use super::{Item, registry};
use crate::report::Report;

pub(super) fn show(items: &[Item], unusable: &[Unusable], report: &Report) -> anyhow::Result<()> {
    const HEAD: [&str; 6] = ["REGISTRY", "USER", "KIND", "STORED", "EXPIRES", "CHECKED"];
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(items.iter().map(Item::row));
    for one in unusable {
        let name = one.server.as_ref().map_or("unknown", |server| registry(server.display()));
        let [name, kind] = [&text::plain(name), one.error.kind().word()].map(str::to_owned);
        let [user, stored, expires, checked] = ["-"; 4].map(str::to_owned);
        rows.push([name, user, kind, stored, expires, checked]);
    }
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0).min(60)
    };
    for row in &rows {
        let cells: Vec<_> =
            row.iter().enumerate().map(|(i, cell)| format!("{cell:0$}", width(i))).collect();
        report.line(cells.join("  ").trim_end())?;
    }
    Ok(())
}
