@echo off
rem Registers the provider and its filter from the folder this file is in. As an administrator.
rem On a real Windows use a virtual machine with a snapshot: docs/windows.md says how to get back in.
set DLL=%~dp0countersign_provider.dll
set PROVIDER={F468CE09-3040-4A07-B968-43F3340FC7C4}
set FILTER={6BC92BBC-6588-4512-A848-6CC02C430487}
set AUTH=HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Authentication

reg add "HKLM\SOFTWARE\Classes\CLSID\%PROVIDER%" /ve /t REG_SZ /d "Countersign" /f
reg add "HKLM\SOFTWARE\Classes\CLSID\%PROVIDER%\InprocServer32" /ve /t REG_SZ /d "%DLL%" /f
reg add "HKLM\SOFTWARE\Classes\CLSID\%PROVIDER%\InprocServer32" /v ThreadingModel /t REG_SZ /d Apartment /f
reg add "HKLM\SOFTWARE\Classes\CLSID\%FILTER%" /ve /t REG_SZ /d "Countersign filter" /f
reg add "HKLM\SOFTWARE\Classes\CLSID\%FILTER%\InprocServer32" /ve /t REG_SZ /d "%DLL%" /f
reg add "HKLM\SOFTWARE\Classes\CLSID\%FILTER%\InprocServer32" /v ThreadingModel /t REG_SZ /d Apartment /f
reg add "%AUTH%\Credential Providers\%PROVIDER%" /ve /t REG_SZ /d "Countersign" /f
reg add "%AUTH%\Credential Provider Filters\%FILTER%" /ve /t REG_SZ /d "Countersign" /f
