# The authenticator's texts in French. Unreviewed: nobody who speaks it has read them yet.
# Before ; ? ! stands a narrow no-break space, before : and inside « » a no-break space.

## Everywhere
app-name = Countersign
continue = Continuer
back = Retour
cancel = Annuler
save = Enregistrer
delete = Supprimer
copy = Copier
try-again = Réessayer
show = Afficher
hide = Masquer
password = Mot de passe
tokens = { $count ->
    [one] { $count } jeton
   *[other] { $count } jetons
}

## Welcome
welcome-title = Vos mots de passe à usage unique, en sûreté
welcome-text = Countersign affiche les codes avec lesquels vous vous connectez. Ils restent sur cet appareil, chiffrés, et fonctionnent sans réseau.
welcome-have-backup = J’ai déjà une sauvegarde

## On iOS outside the installed app
ios-title = Ajoutez Countersign à l’écran d’accueil
ios-text = Les jetons gardés dans un onglet du navigateur ne sont pas dans l’application installée, et le navigateur peut les effacer. Touchez Partager, puis « Sur l’écran d’accueil », et ouvrez Countersign depuis cet écran.
ios-continue = Continuer sans rien conserver
ios-warning = Rien n’est conservé dans cet onglet. Quand vous le fermez, ses jetons disparaissent.

## Activate cloud backup
activate-cloud-backup = Activer la sauvegarde cloud
backup-why = Si vous perdez cet appareil, seule une sauvegarde peut vous rendre vos jetons. Elle est chiffrée ici ; là où elle est conservée, personne ne peut la lire.
backup-ask = Existe-t-il déjà une sauvegarde ?
backup-start-new = Commencer une nouvelle sauvegarde
backup-start-new-text = Pour votre premier appareil.
backup-have-text = D’un autre appareil, ou de celui-ci avant sa réinitialisation. Ses jetons viennent ici.
backup-where = Destination de la sauvegarde
backup-where-is = Où se trouve la sauvegarde
backup-file = Le fichier de la sauvegarde
backup-file-empty = Choisissez le fichier de la sauvegarde.
backup-file-none = Ce fichier n’est pas une sauvegarde de Countersign. Le fichier d’un autre authentificateur se lit plus tard : Réglages, Importer.
backup-place-server = Le serveur Countersign
backup-place-server-text = Automatique, après chaque changement. Les versions précédentes sont conservées.
backup-place-file = Un fichier
backup-place-file-text = Vous l’enregistrez ou le partagez vous-même après un changement. L’application vous le rappelle.
backup-place-folder = Un dossier de cet appareil
backup-place-folder-text = Automatique tant que l’application est ouverte, si le navigateur le permet.
backup-name = Nom de la sauvegarde
backup-name-hint = Un nom que vous retiendrez, par exemple votre nom d’utilisateur. Avec le mot de passe, il sert à retrouver la sauvegarde.
backup-password = Mot de passe de la sauvegarde
repeat-password = Répétez le mot de passe
password-also-unlocks = Ce mot de passe ouvre aussi l’application sur cet appareil. Personne ne peut le réinitialiser.
password-short = Un mot de passe de moins de 8 caractères est vite deviné par quiconque obtient la sauvegarde ou le fichier. Touchez encore une fois le bouton pour l’utiliser quand même.
passwords-differ = Les deux mots de passe ne sont pas identiques.
password-empty = Saisissez un mot de passe.
name-empty = Saisissez un nom.
strength-label = Robustesse
strength-0 = Très facile à deviner
strength-1 = Facile à deviner
strength-2 = Peut être améliorée
strength-3 = Bonne
strength-4 = Très bonne
skip-for-now = Ignorer pour l’instant
skip-title = Continuer sans sauvegarde
skip-text = Sans sauvegarde, perdre cet appareil signifie perdre tous ses jetons. Countersign vous le rappellera.
skip-confirm = Je comprends que des jetons perdus ne peuvent pas être restaurés
skip-password = Mot de passe de cette application
skip-password-text = Les jetons sont conservés chiffrés. Ce mot de passe permet de les ouvrir.
deriving = Calcul de la clé à partir de votre mot de passe. Cela prend quelques secondes, et c’est ce qui rend le mot de passe long à deviner.
backup-checking = Recherche d’une sauvegarde existante
backup-joining = Une sauvegarde existe déjà avec ce nom et ce mot de passe. Ses jetons sont ajoutés.
backup-not-found = Aucune sauvegarde n’a ce nom et ce mot de passe. Vérifiez les deux. Les majuscules comptent dans le mot de passe. Rien n’a été modifié.
backup-not-app-password = Ce n’est pas le mot de passe qui ouvre l’application. Si la sauvegarde en a un autre, donnez d’abord celui-ci à l’application.
backup-found = Une sauvegarde de { $count ->
    [one] { $count } jeton
   *[other] { $count } jetons
} a été trouvée et fusionnée.
backup-new = Aucune sauvegarde n’existait avec ce nom et ce mot de passe. Une nouvelle a été commencée.
backup-handed = Enregistrée par vous, non vérifiée
backup-handed-text = L’application ne peut pas relire le fichier. Gardez-le là où vous le retrouverez.
backup-failed-busy = D’autres appareils écrivent dans cette sauvegarde. L’application réessaiera au prochain changement ; vous pouvez aussi réessayer maintenant.
backup-verified = Sauvegarde faite et vérifiée
backup-verified-at = { $when }, { $count ->
    [one] { $count } jeton
   *[other] { $count } jetons
}
backup-off = Aucune sauvegarde
backup-off-text = Si vous perdez cet appareil, vos jetons sont perdus.
backup-pending = Pas encore sauvegardé
backup-running = Sauvegarde en cours
backup-failed = La dernière sauvegarde a échoué
backup-failed-unreachable = Le serveur est injoignable. Vos jetons sont sur cet appareil ; l’application réessaiera au prochain changement, et vous pouvez réessayer maintenant.
backup-failed-slow = Le serveur n’a pas répondu à temps. Vérifiez votre connexion. L’application réessaiera au prochain changement ; vous pouvez aussi réessayer maintenant.
backup-failed-no-backups = Ce serveur n’accepte pas de sauvegarde de l’application ({ $detail }). Prévenez votre administrateur, ou choisissez un fichier.
backup-failed-too-large = La sauvegarde est plus grande que ce que le serveur accepte. Videz la corbeille, raccourcissez les longues notes, puis sauvegardez de nouveau.
backup-failed-too-many = Le serveur a reçu trop de demandes d’ici. Attendez une heure, puis sauvegardez de nouveau. Si le message revient, réessayez demain.
backup-failed-full = Le serveur n’a plus de place pour les sauvegardes. Prévenez votre administrateur. En attendant, enregistrez un fichier chiffré : Réglages, Exporter.
backup-failed-refused = Le serveur n’a pas accepté la sauvegarde. Indiquez à votre administrateur : { $detail }.
backup-failed-different = Ce qui a été relu n’est pas ce qui a été écrit. Ne comptez pas sur cette sauvegarde.
backup-failed-password = Une sauvegarde de ce nom existe déjà, et ce mot de passe ne l’ouvre pas. Rien n’a été modifié.
backup-failed-file = Le fichier n’a pas pu être écrit. Choisissez un autre emplacement.
backup-now = Sauvegarder maintenant

## Unlock
unlock-title = Countersign est verrouillé
unlock = Déverrouiller
unlock-passkey = Déverrouiller avec une clé d’accès
unlock-recovery = Utiliser un code de récupération
unlock-recovery-code = Code de récupération
unlock-wrong = Le coffre ne s’est pas ouvert. Vérifiez votre saisie et réessayez.
unlock-passkey-failed = La clé d’accès n’a pas ouvert le coffre. Utilisez votre mot de passe.
unlock-reminder = Vous utilisez votre clé d’accès depuis un certain temps. Saisissez une fois votre mot de passe, pour ne pas l’avoir oublié le jour où il le faudra.
older-generation = Le dernier état enregistré était endommagé. Voici le précédent, du { $when }. Vérifiez qu’il ne manque rien ; s’il manque quelque chose, restaurez une sauvegarde.
both-damaged = Ce qui est enregistré sur cet appareil ne peut pas être lu. Restaurez une sauvegarde ou repartez de zéro. Rien n’est effacé d’ici là.
storage-refused = Ce navigateur ne laisse pas l’application conserver de données, comme dans une fenêtre privée. Ouvrez Countersign dans une fenêtre normale.
storage-full = Il n’y a plus de place sur cet appareil. Le changement n’a pas été enregistré. Libérez de l’espace et réessayez.
save-failed = Le changement n’a pas pu être enregistré. Il a été annulé.
vault-full = Il n’y a plus de place. Videz la corbeille et raccourcissez les longues notes.
too-long = { $what } : c’est trop long. Raccourcissez.
changed-elsewhere = Les jetons ont été modifiés dans un autre onglet. Celui-ci les affiche maintenant ; refaites votre changement.
lock = Verrouiller

## Tokens
tokens-empty-title = Aucun jeton pour l’instant
tokens-empty-text = Un service ou votre ouverture de session Windows affiche un code QR. Scannez-le pour ajouter son jeton.
add-new-token = Ajouter un jeton
search = Rechercher
search-empty = Aucun jeton ne correspond à votre recherche.
all-tags = Tous
code-hidden = Code masqué. Touchez pour l’afficher.
code-tap = Toucher pour afficher
code-of = Mot de passe à usage unique { $digits }
seconds-left = encore { $count } s
next-code = Suivant
copied = Copié. Le presse-papiers sera vidé dans 30 secondes si cette page reste ouverte.
copy-failed = Le navigateur n’a pas autorisé la copie.
new-code = Nouveau code
challenge = Défi
challenge-hint = Ce qu’affiche l’autre partie. Comparez avant de répondre.
challenge-confirms = Par cette réponse, vous confirmez : { $data }
challenge-empty = Saisissez ce que l’autre côté affiche.
challenge-bad = Ce jeton ne peut pas y répondre. Comparez avec ce que l’autre côté affiche.
token-pin = Code PIN
session = Données de session
pin-empty = Saisissez le code PIN de ce jeton.
pinned = Épinglé
menu = Plus
settings = Réglages
trash = Corbeille
import = Importer
export = Exporter
sort-manual = Mon ordre
sort-name = Par nom
sort-used = Les plus utilisés d’abord
sort-label = Ordre
move-up = Monter
move-down = Descendre

## Add
add-title = Ajouter un jeton
scan-qr-code = Scanner le code QR
enter-key-manually = Saisir la clé à la main
read-picture = Lire une image
read-screen = Lire sur cet écran
paste-hint = Vous pouvez aussi coller ou déposer ici une image ou un lien.
camera-why = La caméra n’est utilisée que sur cet appareil. Votre navigateur va vous en demander l’autorisation.
camera-start = Activer la caméra
camera-starting = Activation de la caméra
camera-refused = Le navigateur ne laisse pas l’application utiliser la caméra. Autorisez-la dans les réglages du site et réessayez, ou lisez une image.
camera-missing = Aucune caméra n’a été trouvée. Lisez une image ou saisissez la clé.
camera-busy = La caméra est utilisée par un autre programme. Fermez-le et réessayez.
camera-hold = Placez le code QR dans le cadre.
torch = Lampe
other-camera = Autre caméra
qr-none = Aucun code QR n’a été trouvé dans l’image. Prenez-en une qui soit nette et montre le code en entier.
qr-not-a-token = Ce code QR n’est pas celui d’un jeton. Il sert à autre chose.
qr-bad-secret = La clé de ce code QR est inutilisable. Demandez un nouveau code à qui l’a fourni.
qr-missing-secret = Ce code QR ne contient pas de clé. Demandez un nouveau code à qui l’a fourni.
qr-bad-value = Ce code QR demande quelque chose que les jetons n’ont pas : { $what }. Demandez un nouveau code à qui l’a fourni.
qr-too-long = Ce texte est trop long pour un jeton.
token-added = { $name } a été ajouté.
token-duplicate = Ce jeton est déjà là, sous le nom { $name }. Rien n’a été ajouté.
google-part = Parties lues : { $count } sur { $total }. Présentez la suivante.
google-missing = Il manque encore : { $parts }.
link-title = Ajouter ce jeton ?
link-text = Un lien demande d’ajouter ce jeton : { $name }.
reader-loading = Chargement du lecteur
manual-title = Saisir la clé à la main
issuer = Service
account = Compte
secret = Clé
secret-hint = Des lettres et les chiffres de 2 à 7. Les espaces ne comptent pas.
secret-broken-off = Il manque peut-être une lettre. Comparez la clé avec celle que vous avez reçue. Vous pouvez l’enregistrer telle quelle.
secret-bad = Une clé ne contient que des lettres et les chiffres de 2 à 7.
secret-short = Saisissez ou collez la clé.
secret-long = Cette clé est trop longue.
issuer-empty = Indiquez à quoi sert le jeton.
kind = Type
kind-time = Change avec le temps
kind-counter = Change à chaque utilisation
algorithm = Algorithme
digits = Nombre de chiffres
period = Durée en secondes
counter = Compteur
number-bad = Saisissez un nombre de { $min } à { $max }.
more-options = Plus d’options

## One token
edit-title = Jeton
notes = Notes
tags = Étiquettes
tags-hint = Séparez-les par des virgules.
pin = Épingler en haut
show-as-qr = Afficher en code QR
show-as-qr-text = Quiconque voit cette image a le jeton. Ne la montrez qu’à un autre appareil qui est à vous.
move-to-trash = Mettre à la corbeille
trash-title = Corbeille
trash-empty = La corbeille est vide.
trash-text = Les jetons restent ici jusqu’à ce que vous les supprimiez.
restore = Restaurer
delete-forever = Supprimer définitivement
delete-confirm = Supprimer définitivement { $name } ? Si vous l’utilisez encore pour vous connecter, vous perdrez l’accès.
unnamed = Sans nom

## Settings
settings-title = Réglages
lock-after = Verrouillage automatique
lock-at-once = Dès que vous quittez l’application
minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
theme = Apparence
hide-codes = Masquer les codes jusqu’à ce qu’on les touche
theme-system = Comme l’appareil
theme-light = Claire
theme-dark = Sombre
theme-contrast = Contraste élevé
language = Langue
language-unreachable = Les textes dans cette langue n’ont pas pu être chargés. Réessayez quand il y aura un réseau.
language-unreviewed = non relu
passkey = Clé d’accès
passkey-text = Ouvre l’application avec votre empreinte, votre visage ou le code PIN de cet appareil. Le mot de passe reste valable.
passkey-add = Configurer une clé d’accès
passkey-added = La clé d’accès ouvre désormais cette application.
passkey-failed = Les clés d’accès de cet appareil ne peuvent pas ouvrir l’application. Le mot de passe l’ouvre toujours.
passkey-remove = Supprimer la clé d’accès
recovery = Code de récupération
recovery-text = Un code sur papier qui ouvre l’application si vous oubliez le mot de passe. Un nouveau code remplace l’ancien.
recovery-make = Créer un code de récupération
recovery-shown = Notez-le ou imprimez-le. Il n’est affiché que maintenant.
recovery-print-title = Code de récupération pour l’authentificateur Countersign
recovery-print-text = Ouvre l’application à l’adresse { $address } quand son mot de passe est oublié. Créé le { $when }. Un code créé plus tard remplace celui-ci. Gardez-le là où vous gardez votre passeport.
print = Imprimer
change-password = Changer le mot de passe
old-password = Mot de passe actuel
new-password = Nouveau mot de passe
password-changed = Le mot de passe a été changé.
clock = Horloge
clock-right = À l’heure, à 2 secondes près.
clock-ahead = Cet appareil avance de { $count ->
    [one] { $count } seconde
   *[other] { $count } secondes
} sur le serveur. Les codes sont corrigés.
clock-behind = Cet appareil retarde de { $count ->
    [one] { $count } seconde
   *[other] { $count } secondes
} sur le serveur. Les codes sont corrigés.
clock-unknown = Le serveur est injoignable ; l’heure n’a donc pas été comparée.
storage-kept = Conservé : le navigateur n’efface pas de lui-même les données de cette application.
storage-not-kept = Le navigateur peut effacer les données de cette application quand l’espace manque. Installez-la et gardez une sauvegarde.
storage-label = Stockage
about = À propos
about-build = Version { $build }
about-text = Mots de passe à usage unique selon les RFC 4226 et RFC 6238. Rien ne quitte cet appareil sans être chiffré.
update-ready = Une nouvelle version est prête.
update-now = Mettre à jour
erase = Tout supprimer de cet appareil
erase-confirm = Supprimer tous les jetons de cet appareil ? Saisissez { $word } pour le faire.
erase-word = SUPPRIMER
erase-not-typed = C’est un autre mot. Rien n’a été supprimé.
backup = Sauvegarde
backup-change = Configurer la sauvegarde

## Import and export
import-title = Importer
import-text = Choisissez un fichier de cette application ou d’une autre application d’authentification. Son format est reconnu automatiquement ; rien n’est ajouté sans votre accord.
import-choose = Choisir un fichier
import-password = Mot de passe du fichier
import-unknown = Ce fichier est d’un type qui ne peut pas être lu ici.
import-damaged = C’est endommagé, ou fait par une version inconnue ici. Exportez de nouveau.
import-too-large = Ce fichier est trop gros pour être l’export d’un authentificateur.
import-not-read = Le fichier ne peut pas être lu. Choisissez-le de nouveau.
import-no-memory = La mémoire ne suffit pas pour essayer le mot de passe. Importez le fichier sur un autre appareil.
import-bound = Seul le même compte Bitwarden peut ouvrir cet export. Exportez de nouveau, protégé par un mot de passe.
import-database = C’est la base ou la sauvegarde propre d’un programme, illisible ici. Exportez-y les jetons, ou scannez leurs codes QR.
import-picture = C’est une image. Lisez-la avec : Ajouter un jeton, Lire une image.
import-wrapped = Un autre programme l’a chiffré ou compressé. Ouvrez-le avec, puis choisissez son contenu.
import-wrong-password = Ce mot de passe n’ouvre pas le fichier.
import-preview = Ce qui sera ajouté
import-add = Ajouter { $count ->
    [one] { $count } jeton
   *[other] { $count } jetons
}
import-verdict-new = Nouveau
import-verdict-cut = Nouveau. Sa note ou ses étiquettes sont trop longues et sont coupées.
import-verdict-duplicate = Déjà présent
import-verdict-refused = Ne peut pas être ajouté : { $why }
why-no-token = ce n’est pas un jeton
why-unsupported = seule l’application d’origine fait des codes de ce type
why-field = { $what } : absent, ou pas comme dans un jeton
import-done = { $count ->
    [one] { $count } jeton a été ajouté.
   *[other] { $count } jetons ont été ajoutés.
}
export-title = Exporter
export-text = Le fichier est chiffré par un mot de passe. Gardez-le ailleurs que sur cet appareil.
export-encrypted = Fichier chiffré
export-aegis = Fichier chiffré pour Aegis
export-plain = Non chiffré
export-links = Liste de liens, non chiffrée
export-links-warning = Quiconque lit ce fichier a tous vos jetons. Saisissez votre mot de passe pour le créer.
export-print = Page à imprimer
export-print-text = Chaque jeton en code QR et en lettres, à garder sur papier. Imprimez le fichier, puis supprimez-le.
print-title = Jetons de mots de passe à usage unique
print-text = Fait le { $when }. Qui a cette page peut faire vos codes. Gardez-la là où vous gardez votre passeport.
print-details = Détails
export-left-out = Enregistré. Pas dans le fichier : { $names }.

## Places for backups
backup-place-webdav = Un serveur de fichiers (WebDAV)
backup-place-webdav-text = Automatique, après chaque modification. Pour les serveurs de fichiers autorisés par votre administrateur.
backup-none-there = Aucune sauvegarde ne s'y trouve. Rien n'a été modifié.
backup-failed-sign-in = Le nom et le mot de passe n'y sont pas acceptés, ou l'application n'y est plus connue. Configurez de nouveau la sauvegarde : Réglages, Sauvegarde.
backup-failed-permission = Le navigateur doit redemander avant que l'application puisse utiliser le dossier. Touchez Sauvegarder maintenant.
folder-choose = Choisir le dossier
webdav-address = Adresse du dossier
webdav-user = Nom d'utilisateur là-bas
webdav-password = Mot de passe là-bas
backup-place-drive-text = Automatique, après chaque modification. Pas essayé avec le vrai service.
sign-in-there = S'y connecter
signed-in = Connecté.
signed-in-close = Fermez cette fenêtre et continuez dans l'application.
backup-place-file-apple = « Enregistrer dans Fichiers » peut la mettre dans iCloud Drive.
