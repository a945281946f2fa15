# Unreviewed.
continue = Continuer
back = Retour
cancel = Annuler
save = Enregistrer
password = Mot de passe
activate-cloud-backup = Activer la sauvegarde
backup-password = Mot de passe de la sauvegarde
repeat-password = Répétez le mot de passe
skip-for-now = Ignorer pour l’instant
add-new-token = Ajouter un jeton
scan-qr-code = Scanner le code QR
enter-key-manually = Saisir la clé à la main
settings = Réglages
lock = Verrouiller
unlock = Déverrouiller
search = Rechercher
