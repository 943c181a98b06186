"""Places: real towns with their postal codes, invented streets and hamlets."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Town:
    """A French town; its postal code also decides its telephone numbers."""

    postal_code: str
    name: str


# The food hub is near Lyon; a few clients are elsewhere.
TOWNS = tuple(
    Town(*line.split(" ", 1))
    for line in """\
01000 Bourg-en-Bresse
01100 Oyonnax
01130 Nantua
01300 Belley
01500 Ambérieu-en-Bugey
01800 Meximieux
03000 Moulins
03200 Vichy
04000 Digne-les-Bains
04300 Forcalquier
05000 Gap
07000 Privas
07100 Annonay
07140 Les Vans
07160 Le Cheylard
07200 Aubenas
07270 Lamastre
07300 Tournon-sur-Rhône
13001 Marseille
15000 Aurillac
15100 Saint-Flour
21000 Dijon
21200 Beaune
26000 Valence
26100 Romans-sur-Isère
26110 Nyons
26150 Die
26190 Saint-Jean-en-Royans
26200 Montélimar
26400 Crest
30000 Nîmes
30100 Alès
31000 Toulouse
33000 Bordeaux
35000 Rennes
38000 Grenoble
38160 Saint-Marcellin
38200 Vienne
38260 La Côte-Saint-André
38300 Bourgoin-Jallieu
38350 La Mure
38500 Voiron
38710 Mens
38920 Crolles
40180 Œyreluy
42000 Saint-Étienne
42110 Feurs
42300 Roanne
42400 Saint-Chamond
42600 Montbrison
42700 Firminy
42800 Rive-de-Gier
43000 Le Puy-en-Velay
43100 Brioude
43200 Yssingeaux
44000 Nantes
63000 Clermont-Ferrand
63200 Riom
63300 Thiers
63500 Issoire
63600 Ambert
67000 Strasbourg
69001 Lyon
69003 Lyon
69007 Lyon
69100 Villeurbanne
69170 Tarare
69200 Vénissieux
69210 L'Arbresle
69220 Belleville-en-Beaujolais
69400 Villefranche-sur-Saône
69500 Bron
69700 Givors
71000 Mâcon
71120 Charolles
71250 Cluny
73000 Chambéry
73100 Aix-les-Bains
73200 Albertville
73600 Moûtiers
74000 Annecy
74100 Annemasse
74150 Rumilly
74200 Thonon-les-Bains
74300 Cluses
75011 Paris
84000 Avignon
84400 Apt
94240 L'Haÿ-les-Roses
""".splitlines()
)

# Towns without farms.
CITIES = (
    "Bordeaux", "Dijon", "Grenoble", "L'Haÿ-les-Roses", "Lyon", "Marseille", "Nantes", "Nîmes",
    "Paris", "Rennes", "Strasbourg", "Toulouse", "Villeurbanne",
)  # fmt: skip
# Departments from which people come to fetch their own baskets.
NEARBY = ("01", "38", "42", "69")

STREETS = (
    "rue de la République", "rue des Écoles", "avenue Jean-Jaurès", "place de l'Église",
    "rue du 11-Novembre-1918", "boulevard Gambetta", "rue Victor-Hugo", "place du Marché",
    "chemin des Vignes", "route de Lyon", "rue du Général-de-Gaulle", "montée de la Citadelle",
    "quai des Célestins", "impasse du Lavoir", "rue Marie-Curie", "allée des Platanes",
    "rue de la Gare", "cours de Verdun", "rue des Tanneurs", "rue Émile-Zola",
    "chemin du Bief", "avenue de l'Europe", "rue du Four-à-Chaux", "place des Tilleuls",
)  # fmt: skip
ESTATES = (
    "ZA Les Prés-Neufs", "ZI de l'Argentière", "Parc d'activités du Rhône", "ZA La Plaine",
    "Bâtiment B, 2e étage", "Résidence Le Clos", "MIN, quai n° 14", "Espace Saint-Exupéry",
)  # fmt: skip
HAMLETS = (
    "Les Quatre-Vents", "Le Grand Pré", "La Source", "La Combe Noire", "Les Érables",
    "Le Moulin Brûlé", "L'Étang Neuf", "Le Châtaignier", "Les Bruyères", "La Croix-Blanche",
    "Le Bois d'Amont", "Les Sept Chemins", "La Côte Rousse", "Le Vieux Chêne", "Bellevue",
    "Les Alouettes", "La Haute-Forêt", "Le Col Perdu", "Les Noisetiers", "La Grange Haute",
    "Le Champ Fleuri", "Les Trois Ruisseaux", "La Pierre Plantée", "L'Œuf-du-Coucou",
    "L'Écureuil", "Montplaisir", "Les Hautes Terres", "Le Pré de l'Âne", "La Fontaine-aux-Fées",
    "Les Aigues", "Le Serre", "La Bergerie", "Chantemerle", "Le Plâtre", "Les Îles",
)  # fmt: skip


def of_town(name: str) -> str:
    """Return « de » and a town's name: `d'Annecy`, `du Puy-en-Velay`, `de La Mure`."""
    if name.startswith(("Le ", "Les ")):
        return _of_article(name)
    return _of(name)


def of_hamlet(name: str) -> str:
    """Return « de » and a hamlet's name: `du Grand Pré`, `de la Source`, `de l'Étang Neuf`."""
    if name.startswith(("Le ", "Les ")):
        return _of_article(name)
    if name.startswith(("La ", "L'")):
        return f"de {name[0].lower()}{name[1:]}"
    return _of(name)


def _of_article(name: str) -> str:
    article, rest = name.split(" ", 1)
    return f"{'du' if article == 'Le' else 'des'} {rest}"


def _of(name: str) -> str:
    return f"d'{name}" if name[0] in "AEIOUÉÈÎŒ" else f"de {name}"
