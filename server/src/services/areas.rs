//! Levels between the district and its schools: counties, towns, networks. As many as there are, as deep as they go.
//!
//! A role held for an area holds at every school below it, at once and for schools that come later.

use super::{Services, require, staff};
use crate::ctx::Ctx;
use crate::model::{AreaId, DistrictId, SchoolId};
use crate::policy::{Action, Place};
use crate::store::areas::{self, Area, Placed};
use crate::store::{Act, Tx};
use crate::{Error, Result};

/// The longest name, in characters.
const LONGEST: usize = 120;
/// How many levels may stand below each other; deeper trees are nobody's, and a page could not show them.
const DEEPEST: usize = 8;

/// A line of the tree.
#[derive(Clone, Debug)]
pub struct Line {
    /// The area.
    pub id: AreaId,
    /// Where it lies.
    pub parent: Option<AreaId>,
    /// Its name.
    pub name: String,
    /// 0 right below the district.
    pub depth: usize,
    /// The schools right in it.
    pub schools: Vec<(SchoolId, String)>,
}

/// A district's levels and schools.
#[derive(Clone, Debug)]
pub struct Tree {
    /// Areas, each followed by those below it.
    pub areas: Vec<Line>,
    /// The schools right below the district.
    pub schools: Vec<(SchoolId, String)>,
}

/// Sorts areas into a tree, and schools into it.
pub(super) fn tree(areas: Vec<Area>, schools: Vec<Placed>) -> Tree {
    fn below(
        areas: &[Area],
        schools: &[Placed],
        parent: Option<AreaId>,
        depth: usize,
        lines: &mut Vec<Line>,
    ) {
        for area in areas.iter().filter(|area| area.parent_id == parent) {
            lines.push(Line {
                id: area.id,
                parent,
                name: area.name.clone(),
                depth,
                schools: inside(schools, Some(area.id)),
            });
            below(areas, schools, Some(area.id), depth + 1, lines);
        }
    }
    fn inside(schools: &[Placed], area: Option<AreaId>) -> Vec<(SchoolId, String)> {
        schools.iter().filter(|s| s.area_id == area).map(|s| (s.id, s.name.clone())).collect()
    }
    let mut lines = Vec::new();
    below(&areas, &schools, None, 0, &mut lines);
    Tree { areas: lines, schools: inside(&schools, None) }
}

/// The district's levels and schools.
///
/// # Errors
/// [`Error::NotFound`] for anybody but an administrator of the district.
pub async fn list(services: &Services, ctx: &Ctx) -> Result<Tree> {
    let district = staff(ctx)?.district;
    require(ctx, Action::SeeSetup, Place::District(district))?;
    let mut conn = services.store.read(ctx).await?;
    let areas = areas::list(&mut conn, district).await?;
    Ok(tree(areas, areas::schools(&mut conn, district).await?))
}

/// Adds an area inside another, or right below the district.
///
/// # Errors
/// [`Error::Invalid`] with what to change.
pub async fn add(services: &Services, ctx: &Ctx, name: &str, parent: Option<AreaId>) -> Result<()> {
    write(services, ctx, "area.add", name, None, parent).await
}

/// Gives an area another name, or another place with everything in it.
///
/// # Errors
/// [`Error::Invalid`] with what to change, also where an area would come to lie in itself.
pub async fn change(
    services: &Services,
    ctx: &Ctx,
    area: AreaId,
    name: &str,
    parent: Option<AreaId>,
) -> Result<()> {
    write(services, ctx, "area.change", name, Some(area), parent).await
}

async fn write(
    services: &Services,
    ctx: &Ctx,
    act: &'static str,
    name: &str,
    area: Option<AreaId>,
    parent: Option<AreaId>,
) -> Result<()> {
    let district = administrator(ctx)?;
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > LONGEST {
        return Err(Error::invalid("name", format!("Give it a name of 1 to {LONGEST} characters.")));
    }
    services
        .store
        .write(ctx, Act::new(act), move |tx| {
            let name = name.clone();
            Box::pin(async move {
                let known = areas::list(tx, district).await?;
                let find = |id: AreaId| known.iter().find(|a| a.id == id);
                if let Some(area) = area {
                    find(area).ok_or(Error::NotFound)?;
                }
                let mut above = parent;
                let mut depth = 0;
                while let Some(id) = above {
                    let outer = find(id).ok_or(Error::NotFound)?;
                    if area == Some(id) {
                        return Err(Error::invalid("parent", "An area cannot lie in itself."));
                    }
                    above = outer.parent_id;
                    depth += 1;
                }
                if depth + area.map_or(1, |area| height(&known, area)) > DEEPEST {
                    return Err(Error::invalid(
                        "parent",
                        format!("At most {DEEPEST} levels below each other."),
                    ));
                }
                if known.iter().any(|a| Some(a.id) != area && a.parent_id == parent && a.name == name) {
                    return Err(Error::invalid(
                        "name",
                        "There is one of this name at the same place already.",
                    ));
                }
                let id = area.unwrap_or_else(|| AreaId(tx.ctx().id()));
                tx.about("area", id.0);
                areas::put(tx, district, &Area { id, parent_id: parent, name }).await?;
                Ok(areas::spread(tx, district).await?)
            })
        })
        .await
}

/// How many levels an area and what lies in it take.
fn height(areas: &[Area], area: AreaId) -> usize {
    let below = areas.iter().filter(|a| a.parent_id == Some(area));
    1 + below.map(|a| height(areas, a.id)).max().unwrap_or(0)
}

/// Removes an area. Its schools and areas lie one level higher then; roles held for it end.
///
/// # Errors
/// [`Error::NotFound`] for an area of another district.
pub async fn remove(services: &Services, ctx: &Ctx, area: AreaId) -> Result<()> {
    let district = administrator(ctx)?;
    services
        .store
        .write(ctx, Act::new("area.remove"), move |tx| {
            Box::pin(async move {
                tx.about("area", area.0);
                let known = areas::list(tx, district).await?;
                let found = known.iter().find(|a| a.id == area).ok_or(Error::NotFound)?;
                areas::remove(tx, area, found.parent_id).await?;
                Ok(areas::spread(tx, district).await?)
            })
        })
        .await
}

/// Puts a school into an area, or right below the district.
///
/// # Errors
/// [`Error::NotFound`] for a school or an area of another district.
pub async fn place(services: &Services, ctx: &Ctx, school: SchoolId, area: Option<AreaId>) -> Result<()> {
    let district = administrator(ctx)?;
    services
        .store
        .write(ctx, Act::new("school.place"), move |tx| {
            Box::pin(async move {
                tx.about("school", school.0);
                if !areas::schools(tx, district).await?.iter().any(|s| s.id == school) {
                    return Err(Error::NotFound);
                }
                known(tx, district, area).await?;
                areas::place(tx, school, area).await?;
                Ok(areas::spread(tx, district).await?)
            })
        })
        .await
}

/// Refuses an area of another district.
pub(super) async fn known(tx: &mut Tx, district: DistrictId, area: Option<AreaId>) -> Result<()> {
    let Some(area) = area else { return Ok(()) };
    let known = areas::list(tx, district).await?.iter().any(|a| a.id == area);
    if known { Ok(()) } else { Err(Error::NotFound) }
}

/// Places decide who sees which child, so changing them is as grave as changing roles.
fn administrator(ctx: &Ctx) -> Result<DistrictId> {
    let district = staff(ctx)?.district;
    require(ctx, Action::ManageAccounts, Place::District(district))?;
    super::require_fresh(ctx)?;
    Ok(district)
}
